import { describe, expect, it } from 'vitest';
import { UnknownNameError } from '../../lib/data-access/known-names.ts';
import { MetadataFilterError } from '../../lib/data-access/metadata-search.ts';
import { requestNamed } from '../../lib/domain/typed-text.ts';
import { isCondition, oneMeaning, readSearchWords, splitConditions } from '../../lib/reports/search.ts';

const ID = 'PAGW-20251226-00005-A7CEB2B3';

describe('readSearchWords', () => {
  it.each([
    ['status=failure', { status: 'FAILED' }],
    ['Status = Retry-Scheduled', { status: 'RETRY_SCHEDULED' }],
    ['stage=request-parser', { stage: 'PARSING' }],
    ['type=api_con_timeout', { type: 'DOWNSTREAM_TIMEOUT' }],
    ['errorcode="API_TIMEOUT"', { errorCode: 'API_TIMEOUT' }],
    ['tenant=ANTHEM', { tenant: 'anthem' }],
    ['IS:open', { openOnly: true }],
    ['tenant:ANTHEM', { tenant: 'anthem' }],
    ['Status:"failure"', { status: 'FAILED' }],
  ])('takes %s for what the event says of itself', (word, fields) => {
    expect(readSearchWords([word])).toMatchObject({ ...fields, conditions: [], filters: [] });
  });

  it.each(['"status"=new', 'payer.status=new', 'status>3', 'statuses=new', 'code=API_TIMEOUT'])(
    'takes %s for metadata',
    (word) => {
      const none = { status: null, stage: null, type: null, errorCode: null, tenant: null, openOnly: false };
      expect(readSearchWords([word])).toMatchObject({ ...none, conditions: [word], filters: [{}] });
    },
  );

  it.each([
    ['status=', /“status=” says no value/],
    ['stage=""', /“stage=” says no value/],
    ['is:closed', /only “open”/],
    ['carelon', /is no condition/],
    ['status==FAILED', /“status==” is no comparison/],
    ['errorCode=~TIME', /“errorCode=~” is no comparison/],
  ])('says in a sentence what is wrong with %s', (word, message) => {
    expect(() => readSearchWords([word])).toThrow(message);
  });

  it('refuses a field that is stated twice', () => {
    expect(() => readSearchWords(['tenant=a', 'Tenant=b'])).toThrow(/more than once/);
  });

  it('says which statuses are near one that does not exist, or which there are', () => {
    const refusal = (word: string) => {
      try {
        readSearchWords([word]);
      } catch (error) {
        return error instanceof UnknownNameError ? `${error.code} ${error.hint}` : undefined;
      }
      return undefined;
    };
    expect(refusal('status=FAILD')).toBe('STATUS_UNKNOWN Did you mean FAILED?');
    expect(refusal('status=qqqqqqqqq')).toMatch(/^STATUS_UNKNOWN The statuses are STARTED, COMPLETED/);
  });
});

describe('requestNamed', () => {
  it.each([
    ID,
    ` ${ID}. `,
    `(${ID}),`,
    `<${ID}>`,
    `“${ID}”`,
    `"pagwId": "${ID}",`,
    `request ${ID}: stuck`,
    `tenant: anthem, pagwId: ${ID}`,
    `http://localhost:4780/request?id=${ID}&tenant=anthem`,
    `<https://tracker.example/request?tenant=a&id=${ID}#events>`,
    `http://localhost:4780/search?q=%22${ID}%22`,
    `/request?id=${ID}`,
    `https://desk.example/cases/${ID}/`,
  ])('finds the id in %s', (pasted) => {
    expect(isCondition(pasted)).toBe(false);
    expect(requestNamed(pasted)).toBe(ID);
  });

  it.each(['a7ceb2b3', 'ref/PAGW-12/7', 'corr-PAGW-12', 'a.b', 'PAGW-1.2', 'demo-1'])(
    'leaves %s as it is',
    (name) => {
      expect(requestNamed(name)).toBe(name);
    },
  );

  it.each([
    'targetSystem=carelon',
    `externalId=${ID}`,
    '"http.status_code"=500',
    'n>3',
    'is:open',
    'tenant:a',
  ])('is not asked for %s, which is a condition', (question) => expect(isCondition(question)).toBe(true));
});

describe('splitConditions', () => {
  it.each([
    ['a=1  b>2', ['a=1', 'b>2']],
    ['"a b"=1 c="d e"', ['"a b"=1', 'c="d e"']],
    [String.raw`"a\" b"=1 c=2`, [String.raw`"a\" b"=1`, 'c=2']],
    [String.raw`"a\\" b=1`, [String.raw`"a\\"`, 'b=1']],
    ['""=1', ['""=1']],
  ])('%s', (question, conditions) => {
    expect(splitConditions(question)).toEqual(conditions);
  });
});

describe('oneMeaning', () => {
  it('refuses two values, and takes the one that is stated', () => {
    expect(oneMeaning('tenant', 'a', null)).toBe('a');
    expect(oneMeaning('tenant', null, 'b')).toBe('b');
    expect(oneMeaning('tenant', 'a', 'a')).toBe('a');
    expect(() => oneMeaning('tenant', 'a', 'b')).toThrow(MetadataFilterError);
  });
});
