import { matchesPattern } from './matches-pattern.ts';
import { PolicyLanguageError, type PolicyStatement } from './policy-statement.ts';

/**
 * What a request carries, by context key. A key that is stated as undefined is known and not in this request; one that
 * is not stated at all is refused, for nobody has thought about it.
 */
export type RequestContext = Readonly<Record<string, string | undefined>>;

type Operator = (actual: string, expected: string) => boolean;

/** As "IAM JSON policy elements: Condition operators" has them. Negated operators and set operators are not here. */
const OPERATORS: Readonly<Record<string, Operator>> = {
  StringEquals: (actual, expected) => actual === expected,
  StringLike: matchesPattern,
  // ArnEquals and ArnLike are the same: each of the six parts is matched for itself.
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (actual, expected) => actual.toLowerCase() === expected.toLowerCase(),
  NumericLessThan: (actual, expected) => Number(actual) < Number(expected),
};

/**
 * True when every operator holds for every key of it, by any of its values. Without `IfExists` a key that the request
 * does not carry makes the condition false.
 * @throws PolicyLanguageError for an operator or a context key that nobody has stated
 */
export function conditionHolds(conditions: PolicyStatement['conditions'], context: RequestContext): boolean {
  return Object.entries(conditions).every(([name, keys]) => {
    const operator = OPERATORS[name.replace(/IfExists$/, '')];
    if (operator === undefined)
      throw new PolicyLanguageError(`The condition operator ${name} is not evaluated.`);
    return Object.entries(keys).every(([key, values]) => {
      if (!Object.hasOwn(context, key))
        throw new PolicyLanguageError(`Whether a request carries ${key} is not stated.`);
      const actual = context[key];
      if (actual === undefined) return name.endsWith('IfExists');
      return values.some((expected) => operator(actual, expected));
    });
  });
}

function matchesArn(actual: string, expected: string): boolean {
  const [parts, patterns] = [partsOf(actual), partsOf(expected)];
  return (
    parts.length === 6 && patterns.every((pattern, place) => matchesPattern(parts[place] ?? '', pattern))
  );
}

/** The sixth holds whatever colons are left. */
function partsOf(arn: string): string[] {
  const [first = '', ...rest] = arn.split(':');
  return rest.length < 5 ? [arn] : [first, ...rest.slice(0, 4), rest.slice(4).join(':')];
}
