import * as z from 'zod/mini';
import { canonicalTenant } from './event-catalogue.ts';
import { listOfNames, parseSetting } from './parse-setting.ts';

/** Which tenants each sender may send events of. */
export interface SenderTenants {
  /** The tenants that a sender is bound to, none if it is bound to nothing; null: all of them. */
  tenantsOf(sender: string | null): ReadonlySet<string> | null;
}

const ALL_TENANTS = '*';

const bindingsSchema = z
  .record(
    z.string(),
    z.union(
      [
        z.tuple([z.literal(ALL_TENANTS)]),
        listOfNames(canonicalTenant).check(z.minLength(1, { error: 'names no tenant' })),
      ],
      { error: `is neither a list of tenants nor ["${ALL_TENANTS}"]` },
    ),
  )
  .check(
    z.refine(
      (bindings) => Object.keys(bindings).length > 0,
      'name a sender, or leave the setting out to bind nobody',
    ),
    z.refine(
      (bindings) => Object.keys(bindings).every((sender) => /^[^:\s]+$/.test(sender)),
      "name each sender by what its SenderId has before the ':', the id of its role or user",
    ),
  );

/**
 * Reads `{"AROAEXAMPLEID":["anthem"]}`: the unique id of a role or user, and its tenants, `*` for all. SQS gives as SenderId a
 * user's id, and a role's id with the session's name, `AROAEXAMPLEID:session`
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html); sessions of a role are one
 * sender.
 * @returns a reader that binds nobody when the setting is left out.
 * @throws Error that lists every fault.
 */
export function parseSenderTenants(json: string | undefined): SenderTenants {
  if (!json?.trim()) return { tenantsOf: () => null };
  const bindings = new Map(
    Object.entries(parseSetting('senders', json, bindingsSchema)).map(([sender, tenants]) => [
      sender,
      new Set(tenants.map((tenant) => canonicalTenant(tenant) ?? '')),
    ]),
  );
  return {
    tenantsOf(sender) {
      const tenants = bindings.get(sender?.split(':', 1)[0] ?? '') ?? new Set();
      return tenants.has(ALL_TENANTS) ? null : tenants;
    },
  };
}
