import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../lib/domain/event-message.ts';
import { parsePhiGuard } from '../../lib/domain/phi-guard.ts';
import { envelope, rules } from './support/message.ts';

interface Case {
  kind: 'phi' | 'clean';
  where: string;
  value: unknown;
  secret?: string;
}

const readCorpus = (name: string) =>
  readFileSync(new URL(`../../bench/phi/${name}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Case);

/** Whether something of the case would be recorded that must not be; of a clean one, whether it is refused or changed. */
function isMisjudged({ kind, where, value, secret }: Case, level: string): boolean {
  const sent = where.split('.').reduceRight((inner: unknown, key) => ({ [key]: inner }), value) as Record<
    string,
    unknown
  >;
  const event = { tenant: 'anthem', pagwId: 'PAGW-TEST-12345', eventType: 'VAL_FAIL', ...sent };
  const phiGuard = parsePhiGuard(JSON.stringify({ level }));
  const { events, rejections } = readMessage(JSON.stringify(event), envelope, { ...rules, phiGuard });
  const [recorded] = events;
  if (kind === 'clean') return !recorded || (where === 'errorMessage' && recorded.errorMessage !== value);
  if (recorded) return where !== 'errorMessage' || String(recorded.errorMessage).includes(secret ?? '');
  const isTelling = (secret ?? '').length > 5;
  return isTelling && JSON.stringify(rejections).includes(secret ?? '');
}

describe.each([
  { corpus: 'corpus', missed: 0.01, alarms: 0.01 },
  // Written blind: what an outsider may expect.
  { corpus: 'held-back', missed: 0.1, alarms: 0.02 },
])('of the corpus $corpus', (most) => {
  const cases = readCorpus(most.corpus);

  it.each(['patterns', 'strict'])(
    'hardly anything personal is recorded or told, at the level %s',
    (level) => {
      const personal = cases.filter(({ kind }) => kind === 'phi');
      const missed = personal.filter((one) => isMisjudged(one, level)).map(({ value }) => value);
      expect(missed.length / personal.length, JSON.stringify(missed)).toBeLessThanOrEqual(most.missed);
    },
  );

  it.each(['patterns', 'strict'])('hardly any clean text is refused or changed, at the level %s', (level) => {
    const clean = cases.filter(({ kind }) => kind === 'clean');
    const alarms = clean.filter((one) => isMisjudged(one, level)).map(({ value }) => value);
    expect(alarms.length / clean.length, JSON.stringify(alarms)).toBeLessThanOrEqual(most.alarms);
  });
});
