import { stages, unknownStage } from '../domain/event-stages.ts';
import { nearestNames } from '../domain/nearest-names.ts';
import type { Database } from './database.ts';
import { EACH_TENANT, listTenants } from './requests.ts';

/** A name that exists nowhere: an answer that nothing matches would not be true. */
export class UnknownNameError extends Error {
  override readonly name = 'UnknownNameError';
  readonly kind: 'tenant' | 'stage';
  readonly nearest: readonly string[];

  constructor(kind: 'tenant' | 'stage', nearest: readonly string[]) {
    super(`No ${kind} of this name was ever heard of.`);
    this.kind = kind;
    this.nearest = nearest;
  }

  /** What to do next. */
  get hint(): string {
    if (this.nearest.length > 0) return `Did you mean ${this.nearest.join(', ')}?`;
    return this.kind === 'stage'
      ? `The stages are ${stages.join(', ')}.`
      : 'Check the spelling; a tenant is known from its first event on.';
  }
}

/**
 * Refuses names of a tenant or a stage that nothing was ever recorded of; a stage of the catalogue always exists, and
 * before the first event any tenant may.
 * @throws UnknownNameError
 */
export async function refuseUnknownNames(
  database: Database,
  { tenant, stage }: { tenant?: string | null | undefined; stage?: string | null | undefined },
): Promise<void> {
  if (tenant && !(await isKnownTenant(database, tenant))) {
    const known = await listTenants(database);
    if (known.length > 0) throw new UnknownNameError('tenant', nearestNames(tenant, known));
  }
  if (stage && !isOfCatalogue(stage) && !(await isHeardOf(database, stage)))
    throw new UnknownNameError('stage', nearestNames(stage, stages));
}

function isOfCatalogue(stage: string): boolean {
  return stage === unknownStage || stage === 'OPERATOR' || stages.some((known) => known === stage);
}

async function isKnownTenant(database: Database, tenant: string): Promise<boolean> {
  const { rows } = await database.execute<{ known: boolean }>(
    `SELECT
       EXISTS (SELECT FROM request_tracker WHERE tenant = :tenant)
       OR EXISTS (SELECT FROM rejected_message WHERE tenant = :tenant) AS known`,
    { tenant },
  );
  return rows[0]?.known ?? false;
}

/** Producers may have stages of their own: one step into an index for each tenant. */
async function isHeardOf(database: Database, stage: string): Promise<boolean> {
  const { rows } = await database.execute<{ known: boolean }>(
    `WITH RECURSIVE ${EACH_TENANT}
     SELECT EXISTS (
       SELECT
       FROM each_tenant
       JOIN event_tracker ON event_tracker.tenant = each_tenant.tenant AND event_tracker.stage = :stage
     ) AS known`,
    { stage, tenant: null },
  );
  return rows[0]?.known ?? false;
}
