import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conditionHolds } from './condition-holds.ts';
import { decide, type PolicyRequest } from './decide.ts';
import { matchesPattern } from './matches-pattern.ts';
import { PolicyLanguageError, type PolicyStatement, readPolicy } from './policy-statement.ts';

/*
 * The cases are those of AWS's documentation:
 * - IAM User Guide: "Policy evaluation logic", "Policy evaluation for requests within a single account",
 *   "IAM JSON policy elements: Principal" (an account's ARN delegates, a role's does not), "… Action", "… Resource",
 *   "… Condition operators"
 * - KMS Developer Guide: "Determining access to AWS KMS keys", "Default key policy"
 */

const ROLE = 'arn:aws:iam::111122223333:role/ingest';
const ACCOUNT = 'arn:aws:iam::111122223333:root';
const OTHER_ACCOUNT = 'arn:aws:iam::444455556666:root';
const QUEUE = 'arn:aws:sqs:us-east-1:111122223333:events.fifo';
const KEY = 'arn:aws:kms:us-east-1:111122223333:key/messages';

const policy = (...Statement: object[]) => readPolicy({ Version: '2012-10-17', Statement });
const asks = (fields: Partial<PolicyRequest> = {}): PolicyRequest => ({
  principal: { role: ROLE },
  action: 'sqs:SendMessage',
  resource: QUEUE,
  context: {},
  ...fields,
});

describe('within one account', () => {
  const may = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE };
  const mayNot = { ...may, Effect: 'Deny' };
  const on = (statement: object, Principal: unknown) => ({ ...statement, Principal });
  const service = { service: 'cloudwatch.amazonaws.com' };

  test.each<[string, object[], object[], PolicyRequest['principal'], boolean]>([
    ['nobody says anything', [], [], { role: ROLE }, false],
    ['the role may', [may], [], { role: ROLE }, true],
    ['the resource lets the role in', [], [on(may, { AWS: ROLE })], { role: ROLE }, true],
    ['the resource lets everybody in', [], [on(may, '*')], { role: ROLE }, true],
    ['the resource lets another role in', [], [on(may, { AWS: `${ROLE}-2` })], { role: ROLE }, false],
    ['the resource leaves it to the account', [], [on(may, { AWS: ACCOUNT })], { role: ROLE }, false],
    ['… whose role may', [may], [on(may, { AWS: ACCOUNT })], { role: ROLE }, true],
    ['the role may and may not', [may, mayNot], [], { role: ROLE }, false],
    ['the role may, the resource denies everybody', [may], [on(mayNot, { AWS: '*' })], { role: ROLE }, false],
    ['the role may, the resource denies the role', [may], [on(mayNot, { AWS: ROLE })], { role: ROLE }, false],
    ['… the whole account', [may], [on(mayNot, { AWS: ACCOUNT })], { role: ROLE }, false],
    ['… the account by its number', [may], [on(mayNot, { AWS: '111122223333' })], { role: ROLE }, false],
    ['… another account', [may], [on(mayNot, { AWS: OTHER_ACCOUNT })], { role: ROLE }, true],
    ['the role may not, the resource lets it in', [mayNot], [on(may, { AWS: ROLE })], { role: ROLE }, false],
    ['the resource lets the service in', [], [on(may, { Service: service.service })], service, true],
    ['… another service', [], [on(may, { Service: 'sns.amazonaws.com' })], service, false],
    ['… the account of the service', [], [on(may, { AWS: ACCOUNT })], service, false],
    ['… and denies everybody', [], [on(may, { Service: service.service }), on(mayNot, '*')], service, false],
  ])('%s', (_, identity, resource, principal, allowed) => {
    const policies = { identity: policy(...identity), resource: policy(...resource) };
    expect(decide(asks({ principal }), policies).allowed).toBe(allowed);
  });
});

describe('a key', () => {
  const may = { Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY };
  const on = (Principal: unknown, Effect = 'Allow') => ({
    Effect,
    Principal,
    Action: 'kms:*',
    Resource: '*',
  });

  test.each<[string, object[], object[], boolean]>([
    ['says nothing: what the role may does not count', [may], [], false],
    ['leaves it to the account, whose role may', [may], [on({ AWS: ACCOUNT })], true],
    ['leaves it to the account, whose role has no right', [], [on({ AWS: ACCOUNT })], false],
    ['leaves it to another account', [may], [on({ AWS: OTHER_ACCOUNT })], false],
    ['lets the role in', [], [on({ AWS: ROLE })], true],
    ['denies everybody', [may], [on({ AWS: ACCOUNT }), on({ AWS: '*' }, 'Deny')], false],
  ])('%s', (_, identity, resource, allowed) => {
    const request = asks({ action: 'kms:Decrypt', resource: KEY });
    const policies = { identity: policy(...identity), resource: policy(...resource) };
    expect(decide(request, policies).allowed).toBe(allowed);
  });
});

describe('a statement is about', () => {
  test.each([
    ['sqs:SendMessage', QUEUE, true],
    ['SQS:sendmessage', QUEUE, true],
    ['sqs:Send*', QUEUE, true],
    ['sqs:SendMessag?', QUEUE, true],
    ['sqs:SendMessage?', QUEUE, false],
    ['*', '*', true],
    ['sqs:*', 'arn:aws:sqs:*:111122223333:*.fifo', true],
    ['sqs:SendMessage', QUEUE.toUpperCase(), false],
    ['sqs:SendMessage', `${QUEUE}/*`, false],
    ['sqs:SendMessage', 'arn:aws:sqs:us-east-1:111122223333:events?fifo', true],
    ['sqs:SendMessage', 'arn:aws:sqs:us-east-1:111122223333:events', false],
    ['sns:SendMessage', QUEUE, false],
  ])('%s on %s: %s', (Action, Resource, allowed) => {
    const identity = policy({ Effect: 'Allow', Action: [Action], Resource: [Resource] });
    expect(decide(asks(), { identity, resource: [] }).allowed).toBe(allowed);
  });
});

describe('a condition', () => {
  const bucket = 'arn:aws:s3:::archive';
  const context = {
    account: '111122223333',
    secure: 'true',
    version: '1.2',
    arn: bucket,
    log: 'arn:aws:logs:us-east-1:111122223333:log-group:/a:b:*',
    absent: undefined,
  };

  test.each<[operator: string, key: string, values: string | string[], holds: boolean]>([
    ['StringEquals', 'account', '111122223333', true],
    ['StringEquals', 'account', ['444455556666', '111122223333'], true],
    ['StringEquals', 'account', '11112222*', false],
    ['StringEquals', 'absent', '111122223333', false],
    ['StringEqualsIfExists', 'absent', '111122223333', true],
    ['StringEqualsIfExists', 'account', '444455556666', false],
    ['StringLike', 'account', '11112222*', true],
    ['Bool', 'secure', 'true', true],
    ['Bool', 'secure', 'false', false],
    ['Bool', 'absent', 'false', false],
    ['BoolIfExists', 'absent', 'false', true],
    ['NumericLessThan', 'version', '1.2', false],
    ['NumericLessThan', 'version', '1.3', true],
    ['ArnLike', 'arn', bucket, true],
    ['ArnEquals', 'arn', 'arn:aws:s3:::arch*', true],
    ['ArnLike', 'arn', 'arn:aws:s3:*:*:*', true],
    ['ArnLike', 'arn', 'arn:aws:*', false],
    ['ArnLike', 'log', 'arn:aws:logs:us-east-1:111122223333:*', true],
    ['ArnLike', 'log', 'arn:aws:logs:us-east-1:444455556666:*', false],
  ])('%s %s %s: %s', (operator, key, values, holds) => {
    expect(conditionHolds({ [operator]: { [key]: [values].flat() } }, context)).toBe(holds);
  });

  test('holds when all of its operators do, for all of their keys', () => {
    const both = { Bool: { secure: ['true'] }, StringEquals: { account: ['111122223333'] } };
    expect(conditionHolds(both, context)).toBe(true);
    expect(conditionHolds(both, { ...context, secure: 'false' })).toBe(false);
    const keys = { StringEquals: { account: ['111122223333'], arn: [bucket] } };
    expect(conditionHolds(keys, context)).toBe(true);
    expect(conditionHolds(keys, { ...context, arn: 'arn:aws:s3:::other' })).toBe(false);
  });
});

describe('what the evaluator does not know, it refuses:', () => {
  const allow = { Effect: 'Allow', Action: 'sqs:SendMessage', Resource: QUEUE };
  test.each<[string, object]>([
    ['NotAction', { Effect: 'Allow', NotAction: 'sqs:SendMessage', Resource: QUEUE }],
    ['NotResource', { Effect: 'Allow', Action: 'sqs:SendMessage', NotResource: QUEUE }],
    ['NotPrincipal', { ...allow, NotPrincipal: '*' }],
    ['a federated principal', { ...allow, Principal: { Federated: 'cognito-identity.amazonaws.com' } }],
    ['an effect of its own', { ...allow, Effect: 'allow' }],
    ['no action', { ...allow, Action: [] }],
    ['a policy variable', { ...allow, Resource: `${QUEUE.slice(0, -5)}\${aws:username}` }],
    ['a function that is not resolved', { ...allow, Resource: { Ref: 'Queue' } }],
    ['a negated operator', { ...allow, Condition: { StringNotEquals: { key: 'x' } } }],
    ['a set operator', { ...allow, Condition: { 'ForAnyValue:StringEquals': { key: 'x' } } }],
    ['Null', { ...allow, Condition: { Null: { key: 'true' } } }],
    ['a context key that nobody has stated', { ...allow, Condition: { StringEquals: { other: 'x' } } }],
  ])('%s', (_, statement) => {
    const ask = () => decide(asks({ context: { key: 'x' } }), { identity: policy(statement), resource: [] });
    expect(ask).toThrow(PolicyLanguageError);
  });

  test('a policy of the old version, or with an element of its own', () => {
    expect(() => readPolicy({ Version: '2008-10-17', Statement: [] })).toThrow(PolicyLanguageError);
    expect(() => readPolicy({ Version: '2012-10-17', Statement: [], Scope: 'x' })).toThrow(
      PolicyLanguageError,
    );
  });
});

describe('whatever the policies are', () => {
  const principal = fc.constantFrom('*', { AWS: ROLE }, { AWS: ACCOUNT }, { AWS: OTHER_ACCOUNT });
  const statement = fc.record({
    Effect: fc.constantFrom('Allow', 'Deny'),
    Action: fc.constantFrom('sqs:SendMessage', 'sqs:*', 'sqs:ReceiveMessage', 'kms:Decrypt', '*'),
    Resource: fc.constantFrom(QUEUE, KEY, '*', 'arn:aws:sqs:*'),
  });
  const identities = fc.array(statement);
  const resources = fc.array(
    fc.tuple(statement, principal).map(([one, Principal]) => ({ ...one, Principal })),
  );
  const requests = fc.constantFrom(asks(), asks({ action: 'kms:Decrypt', resource: KEY }));
  const allowed = (request: PolicyRequest, identity: PolicyStatement[], resource: PolicyStatement[]) =>
    decide(request, { identity, resource }).allowed;

  test('a Deny that matches wins, an Allow more never takes anything away, and order does not matter', () => {
    fc.assert(
      fc.property(requests, identities, resources, (request, identity, resource) => {
        const [own, its] = [policy(...identity), policy(...resource)];
        const before = allowed(request, own, its);
        const all = (Effect: string) => policy({ Effect, Action: '*', Resource: '*' });
        const everybody = (Effect: string) => policy({ Effect, Principal: '*', Action: '*', Resource: '*' });
        expect(allowed(request, [...own, ...all('Deny')], its)).toBe(false);
        expect(allowed(request, own, [...its, ...everybody('Deny')])).toBe(false);
        if (before) {
          expect(allowed(request, [...own, ...all('Allow')], its)).toBe(true);
          expect(allowed(request, own, [...its, ...everybody('Allow')])).toBe(true);
        }
        expect(allowed(request, own.toReversed(), its.toReversed())).toBe(before);
      }),
    );
  });

  test('nothing is allowed that no Allow names', () => {
    fc.assert(
      fc.property(requests, identities, resources, (request, identity, resource) => {
        const denials = (statements: object[]) =>
          policy(...statements.map((one) => ({ ...one, Effect: 'Deny' })));
        expect(allowed(request, denials(identity), denials(resource))).toBe(false);
      }),
    );
  });
});

test('a pattern matches itself, whatever is put for a part of it by *, and no other text without one', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'B', '.', ':', '/', '$', '(', '+', '\n') });
  fc.assert(
    fc.property(text, text, text, (before, middle, after) => {
      expect(matchesPattern(`${before}${middle}${after}`, `${before}*${after}`)).toBe(true);
      expect(matchesPattern(before, after)).toBe(before === after);
    }),
  );
});
