/** A policy says something that the evaluator does not know: it refuses rather than guesses. */
export class PolicyLanguageError extends Error {
  override readonly name = 'PolicyLanguageError';
}

/** Whom a statement of a resource policy means: everybody, an account or role by ARN, or a service by its name. */
export interface Principals {
  AWS: readonly string[];
  Service: readonly string[];
}

/** A statement as it is evaluated, its functions resolved. */
export interface PolicyStatement {
  effect: 'Allow' | 'Deny';
  actions: readonly string[];
  resources: readonly string[];
  /** Of a resource policy only. */
  principals: Principals | undefined;
  /** Operator → context key → values. */
  conditions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
}

const DOCUMENT_ELEMENTS = ['Version', 'Statement', 'Id'];
const STATEMENT_ELEMENTS = ['Sid', 'Effect', 'Action', 'Resource', 'Principal', 'Condition'];

/**
 * Reads a policy document whose functions are resolved.
 * @throws PolicyLanguageError for an element, a version or a value that the evaluator does not know
 */
export function readPolicy(document: unknown): PolicyStatement[] {
  const policy = objectOf(document, 'A policy');
  refuseUnknown(policy, DOCUMENT_ELEMENTS, 'policy');
  // Version 2008-10-17 knows no policy variables, and is the default: nothing of ours may mean it.
  if (policy.Version !== '2012-10-17')
    throw new PolicyLanguageError(`Policy version ${String(policy.Version)} is not evaluated.`);
  return [policy.Statement].flat().map(readStatement);
}

function readStatement(value: unknown): PolicyStatement {
  const statement = objectOf(value, 'A statement');
  refuseUnknown(statement, STATEMENT_ELEMENTS, 'statement');
  const { Effect: effect } = statement;
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new PolicyLanguageError(`Effect ${String(effect)} is neither Allow nor Deny.`);
  return {
    effect,
    actions: textsOf(statement.Action, 'Action'),
    // A trust policy has none: its resource is the role that it belongs to.
    resources: statement.Resource === undefined ? ['*'] : textsOf(statement.Resource, 'Resource'),
    principals: statement.Principal === undefined ? undefined : principalsOf(statement.Principal),
    conditions: conditionsOf(statement.Condition),
  };
}

function principalsOf(value: unknown): Principals {
  if (value === '*') return { AWS: ['*'], Service: [] };
  const principal = objectOf(value, 'Principal');
  refuseUnknown(principal, ['AWS', 'Service'], 'principal');
  const listed = (kind: string) => (principal[kind] === undefined ? [] : textsOf(principal[kind], kind));
  return { AWS: listed('AWS'), Service: listed('Service') };
}

function conditionsOf(value: unknown): PolicyStatement['conditions'] {
  return Object.fromEntries(
    Object.entries(value === undefined ? {} : objectOf(value, 'Condition')).map(([operator, keys]) => [
      operator,
      Object.fromEntries(
        Object.entries(objectOf(keys, operator)).map(([key, values]) => [key, textsOf(values, key)]),
      ),
    ]),
  );
}

function textsOf(value: unknown, name: string): string[] {
  const texts = [value].flat();
  if (texts.length === 0) throw new PolicyLanguageError(`${name} names nothing.`);
  return texts.map((text) => {
    if (typeof text === 'boolean' || typeof text === 'number') return String(text);
    if (typeof text !== 'string')
      throw new PolicyLanguageError(`${name} is no text: ${JSON.stringify(text)}.`);
    // Policy variables would have to be filled in from the request.
    if (text.includes('${')) throw new PolicyLanguageError(`${name} has a policy variable: ${text}.`);
    return text;
  });
}

function objectOf(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new PolicyLanguageError(`${name} is no object: ${JSON.stringify(value)}.`);
  return value as Record<string, unknown>;
}

function refuseUnknown(value: object, known: readonly string[], of: string): void {
  const unknown = Object.keys(value).find((element) => !known.includes(element));
  if (unknown !== undefined) throw new PolicyLanguageError(`The ${of} element ${unknown} is not evaluated.`);
}
