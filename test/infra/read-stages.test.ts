import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readStages } from '../../lib/infra/read-stages.ts';
import { defineStage, type StageDefinition } from '../../lib/infra/stage-settings.ts';
import { STAGES } from '../../lib/infra/stages.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'pagw-stages-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DEFINE = pathToFileURL('lib/infra/stage-settings.ts').href;
const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
const context = (stages: unknown) => JSON.stringify({ 'pagw:stages': stages });

describe('a stage', () => {
  test('is the one it is like but for what it states, groups in part and lists whole', () => {
    const notify = ['on-call@example.org'];
    expect(defineStage({ like: 'prod', notify, retention: { logDays: 2_192 } })).toEqual({
      ...STAGES.prod,
      notify,
      retention: { ...STAGES.prod.retention, logDays: 2_192 },
    });
  });

  test.each([
    [{ like: 'staging' }, /^like must be 'dev' or 'prod'/],
    [{ like: 'prod', notfy: [] }, /^There is no setting 'notfy'; 'notify' is one\.$/],
    [
      { like: 'prod', retention: { logDay: 400 } },
      /^There is no setting 'retention\.logDay'; 'retention\.logDays' is one/,
    ],
    [{ like: 'prod', zones: '3' }, /^zones must be a number\.$/],
    [{ like: 'prod', capacity: 4 }, /^capacity must be an object\.$/],
    [{ like: 'prod', notify: 'me@example.org' }, /^notify must be a list of texts\.$/],
    [undefined, /^like must be/],
    [null, /^like must be/],
    [Object.assign([], { 0: 'dev' }), /^like must be/],
    [{ like: 'prod', notify: new Array(1) }, /^notify must be a list of texts\.$/],
    [{ like: 'prod', rules: { retryPolicy: new Map() } }, /^rules\.retryPolicy must be what JSON can say/],
    [{ like: 'prod', rules: { retryPolicy: { maxAttempts: 3n } } }, /^rules\.retryPolicy\.maxAttempts must/],
    [{ like: 'prod', rules: { retryPolicy: { maxAttempts: () => 3 } } }, /maxAttempts must be what JSON/],
    [{ like: 'prod', rules: { stuckLimits: { stages: { PARSING: Number.NaN } } } }, /stages\.PARSING must/],
    [{ like: 'prod', rules: { decisionPolicy: { default: new Date(0) } } }, /decisionPolicy\.default must/],
    [{ like: 'prod', rules: { senders: circle() } }, /^rules\.senders\.self must be what JSON can say/],
    [{ like: 'prod', constructor: {} }, /^There is no setting 'constructor'/],
  ])('that cannot be right is refused in one sentence: %o', (definition, says) => {
    expect(() => defineStage(definition as unknown as StageDefinition)).toThrow(says);
  });
});

describe('the stages of a project', () => {
  test('are dev and prod as they come when it states none', async () => {
    expect(await readStages(folder)).toBe(STAGES);
  });

  test('are those of the file beside its cdk.json', async () => {
    write(
      'pagw.config.ts',
      `import { defineStage } from '${DEFINE}';
       const notify: string[] = ['on-call@example.org'];
       export default { qa: defineStage({ like: 'dev', notify }) };`,
    );
    expect(await readStages(folder)).toEqual({ qa: { ...STAGES.dev, notify: ['on-call@example.org'] } });
  });

  test('are those of its context', async () => {
    write('cdk.context.json', context({ qa: { like: 'dev', zones: 2 } }));
    expect(await readStages(folder)).toEqual({ qa: { ...STAGES.dev, zones: 2 } });
    rmSync(join(folder, 'cdk.context.json'));
    write('cdk.json', `{"context":${context({ live: { like: 'prod' } })}}`);
    expect(await readStages(folder)).toEqual({ live: STAGES.prod });
  });

  test('are refused in one sentence when a setting does not exist, with the stage', async () => {
    write('cdk.context.json', context({ qa: { like: 'dev', zone: 2 } }));
    await expect(readStages(folder)).rejects.toThrow(
      /^Stage 'qa': There is no setting 'zone'; 'zones' is one\.$/,
    );
  });

  test('are refused when both places have some', async () => {
    write('cdk.context.json', context({ qa: { like: 'dev' } }));
    write('pagw.config.ts', 'export default {};');
    await expect(readStages(folder)).rejects.toThrow(/keep one of them/);
  });

  test.each([
    ['pagw.config.ts', 'export default {};', 'pagw.config.mjs', 'export default {};'],
    ['cdk.json', `{"context":${context({})}}`, 'cdk.context.json', context({})],
  ])('are refused when %s and another file have some', async (one, text, other, more) => {
    write(one, text);
    write(other, more);
    await expect(readStages(folder)).rejects.toThrow(/^[^\n]+keep one of them\.$/);
  });

  test.each(['null', '[]', '7', '{"context":', '', '{"a":1,}'])(
    'are refused in one sentence when cdk.json is no object: %s',
    async (text) => {
      write('cdk.json', text);
      await expect(readStages(folder)).rejects.toThrow(/^[^\n]+cdk\.json must be a JSON object\.$/);
    },
  );

  test.each([
    'export const stages = {};',
    'export default {};',
    'export default [];',
    'export default Promise.resolve({});',
    'export default { qa: 7 };',
  ])('are refused when the file has none: %s', async (text) => {
    write('pagw.config.mjs', text);
    await expect(readStages(folder)).rejects.toThrow(/must have stages by name as its default export/);
  });
});

function circle(): object {
  const senders: { self?: object } = {};
  senders.self = senders;
  return senders;
}
