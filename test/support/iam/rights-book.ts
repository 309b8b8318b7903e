import { actionMatches, type Decision, decide, delegates, type PolicyRequest } from './decide.ts';
import { matchesPattern } from './matches-pattern.ts';
import type { PolicyStatement } from './policy-statement.ts';
import type { AccountPolicies } from './read-account-policies.ts';

/** One action of an Allow statement on one of its resources. */
export interface Right {
  /** Of a role's policy the role's name, of a resource's policy its principal. */
  holder: string;
  action: string;
  resource: string;
}

/** Decides requests by an account's policies, and keeps book of the rights that were needed. */
export class RightsBook {
  readonly #policies: AccountPolicies;
  readonly #used = new Set<Right>();
  /** By statement, so that a right is one object. */
  readonly #rights = new Map<PolicyStatement, Right[]>();

  constructor(policies: AccountPolicies) {
    this.#policies = policies;
    for (const [arn, statements] of policies.roles)
      for (const statement of statements) this.#list(statement, arn.replace(/^.*:role\//, ''));
    // That the account's own policies count is no right of anybody.
    for (const [arn, statements] of policies.resources)
      for (const statement of statements)
        if (!delegates(statement)) this.#list(statement, principalOf(statement), arn);
  }

  /** @throws Error when there is no such role, or no policy of the key */
  ask(request: PolicyRequest): Decision {
    const { principal, action } = request;
    const identity = 'role' in principal ? this.#policies.roles.get(principal.role) : [];
    if (identity === undefined) throw new Error(`There is no role ${JSON.stringify(principal)}.`);
    const arn = policyHolder(request.resource);
    const resource = this.#policies.resources.get(arn);
    if (action.startsWith('kms:') && resource === undefined) throw new Error(`There is no key ${arn}.`);
    const decision = decide(request, { identity, resource: resource ?? [] });
    if (decision.allowed)
      for (const statement of [...decision.identity, ...decision.resource]) this.#use(statement, request);
    return decision;
  }

  unused(): Right[] {
    return [...this.#rights.values()].flat().filter((right) => !this.#used.has(right));
  }

  #list(statement: PolicyStatement, holder: string, of?: string): void {
    if (statement.effect === 'Deny') return;
    const rights = statement.actions.flatMap((action) =>
      statement.resources.map((on) => ({ holder, action, resource: on === '*' ? (of ?? on) : on })),
    );
    this.#rights.set(statement, rights);
  }

  #use(statement: PolicyStatement, { action, resource }: PolicyRequest): void {
    for (const right of this.#rights.get(statement) ?? [])
      if (actionMatches(action, right.action) && matchesPattern(resource, right.resource))
        this.#used.add(right);
  }
}

function principalOf({ principals }: PolicyStatement): string {
  return [...(principals?.AWS ?? []), ...(principals?.Service ?? [])].join(', ');
}

/** The policy of an object is its bucket's, that of a function's version the function's. */
function policyHolder(resource: string): string {
  if (resource.startsWith('arn:aws:s3:')) return resource.replace(/\/.*$/, '');
  return resource.startsWith('arn:aws:lambda:') ? resource.split(':').slice(0, 7).join(':') : resource;
}
