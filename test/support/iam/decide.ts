import { conditionHolds, type RequestContext } from './condition-holds.ts';
import { matchesPattern } from './matches-pattern.ts';
import type { PolicyStatement } from './policy-statement.ts';

/** One thing that somebody wants to do. */
export interface PolicyRequest {
  /** A role by its ARN, whose session asks, or a service by its name, which asks for itself. */
  principal: { role: string } | { service: string };
  action: string;
  resource: string;
  context: RequestContext;
}

/** The policies that have a say in it. */
export interface Policies {
  /** Of the role; a service has none. */
  identity: readonly PolicyStatement[];
  /** Of the resource: queue, topic, bucket, secret, key, function, or the trust policy of a role. */
  resource: readonly PolicyStatement[];
}

/** A statement that took part, and where it stands. */
export interface Decision {
  allowed: boolean;
  reason:
    | 'allowed'
    | 'explicitly denied'
    | 'not allowed by its role'
    | 'not allowed by the resource’s policy';
  /** The Allow statements of the role, and those of the resource, that match. */
  identity: readonly PolicyStatement[];
  resource: readonly PolicyStatement[];
}

/** `111122223333` and `arn:aws:iam::111122223333:root` are the same. */
const ACCOUNT_PRINCIPAL = /^(?:arn:[\w-]+:iam::)?(\d{12})(?::root)?$/;
/** Where only the resource's own policy lets anybody in, and an account's policies count as far as it says so. */
const RESOURCE_DECIDES = /^(kms|sts):/;

/**
 * Decides as AWS does within one account ("Policy evaluation logic" and "Policy evaluation for requests within a single
 * account", IAM User Guide; "Determining access to AWS KMS keys", KMS Developer Guide):
 * - an explicit Deny in any policy that matches wins;
 * - else an Allow of the resource's policy that names the principal itself, or everybody, suffices;
 * - else an Allow of the role's policy does, for a key only when the key's policy lets the account decide;
 * - a service has no policy of its own, and goes by the resource's;
 * - what nobody allows is denied.
 * There are no boundaries, session policies or organisation's policies here.
 */
export function decide(request: PolicyRequest, policies: Policies): Decision {
  const asked = (statement: PolicyStatement) => appliesTo(statement, request);
  const identity = 'role' in request.principal ? policies.identity.filter(asked) : [];
  const named = policies.resource.filter(
    (statement) => names(statement, request.principal) && asked(statement),
  );
  const delegated = policies.resource.filter(
    (statement) => delegatesTo(statement, request.principal) && asked(statement),
  );
  const allow = ({ effect }: PolicyStatement) => effect === 'Allow';
  const found = { identity: identity.filter(allow), resource: named.filter(allow) };
  if ([...identity, ...named, ...delegated].some((statement) => !allow(statement)))
    return { allowed: false, reason: 'explicitly denied', ...found };
  if (found.resource.length > 0) return { allowed: true, reason: 'allowed', ...found };
  if ('service' in request.principal || (RESOURCE_DECIDES.test(request.action) && !delegated.some(allow)))
    return { allowed: false, reason: 'not allowed by the resource’s policy', ...found };
  if (found.identity.length > 0) return { allowed: true, reason: 'allowed', ...found };
  return { allowed: false, reason: 'not allowed by its role', ...found };
}

function appliesTo(statement: PolicyStatement, { action, resource, context }: PolicyRequest): boolean {
  return (
    statement.actions.some((pattern) => actionMatches(action, pattern)) &&
    statement.resources.some((pattern) => matchesPattern(resource, pattern)) &&
    conditionHolds(statement.conditions, context)
  );
}

/** Actions do not tell upper from lower case, resources do. */
export function actionMatches(action: string, pattern: string): boolean {
  return matchesPattern(action.toLowerCase(), pattern.toLowerCase());
}

function names({ principals }: PolicyStatement, principal: PolicyRequest['principal']): boolean {
  if (principals === undefined) return false;
  if (principals.AWS.includes('*')) return true;
  return 'role' in principal
    ? principals.AWS.includes(principal.role)
    : principals.Service.includes(principal.service);
}

/** True for a statement about an account: its Deny reaches all there, its Allow leaves them to their own policies. */
export function delegates({ principals }: PolicyStatement): boolean {
  return principals?.AWS.some((name) => ACCOUNT_PRINCIPAL.test(name)) === true;
}

function delegatesTo(statement: PolicyStatement, principal: PolicyRequest['principal']): boolean {
  if (!('role' in principal) || !delegates(statement)) return false;
  const account = principal.role.split(':')[4] ?? '';
  return statement.principals?.AWS.some((name) => ACCOUNT_PRINCIPAL.exec(name)?.[1] === account) === true;
}
