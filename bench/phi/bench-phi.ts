import { readFileSync } from 'node:fs';
import { readMessage } from '../../lib/domain/event-message.ts';
import { type PhiRules, parsePhiGuard } from '../../lib/domain/phi-guard.ts';
import { defaultRetryPolicy } from '../../lib/domain/retry-policy.ts';
import { type Aim, printAims } from '../report/aim.ts';
import { print } from '../report/print.ts';
import { number, printTable } from '../report/print-table.ts';

/** One line of a corpus. */
interface Case {
  kind: 'phi' | 'clean';
  class: string;
  /** `metadata`, `metadata as JSON string`, or a field by its dotted name. */
  where: string;
  value: unknown;
  /** What must not be recorded. */
  secret?: string;
}

/** The guard was made with the first; the second was written blind and is only ever judged. */
const OWN_CORPORA = {
  tuned: new URL('./corpus.jsonl', import.meta.url),
  'held back': new URL('./held-back.jsonl', import.meta.url),
};
const LEVELS = ['patterns', 'strict'] as const;

/** How much personal data the guard finds, what it takes for some, and how many events a core guards. */
export async function run({ quick, corpus }: { quick: boolean; corpus?: string | undefined }): Promise<void> {
  const aims: Aim[] = [];
  for (const [name, file] of Object.entries(corpus === undefined ? OWN_CORPORA : { [corpus]: corpus })) {
    const cases = readCorpus(file);
    for (const level of LEVELS) aims.push(...judge(name, cases, level));
  }
  aims.push(...measure(quick ? 20_000 : 100_000));
  printAims(aims);
}

function readCorpus(file: string | URL): Case[] {
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Case);
}

function judge(corpus: string, cases: readonly Case[], level: PhiRules['level']): Aim[] {
  const phiGuard = parsePhiGuard(JSON.stringify({ level }));
  const counts = new Map<string, { phi: number; found: number; clean: number; alarms: number }>();
  const all = { phi: 0, found: 0, clean: 0, alarms: 0 };
  for (const one of cases) {
    const ofClass = counts.get(one.class) ?? { phi: 0, found: 0, clean: 0, alarms: 0 };
    counts.set(one.class, ofClass);
    const recorded = record(one, phiGuard);
    for (const count of [ofClass, all]) {
      if (one.kind === 'phi') {
        count.phi += 1;
        count.found += isKept(one, recorded) ? 0 : 1;
      } else {
        count.clean += 1;
        count.alarms += isUntouched(one, recorded) ? 0 : 1;
      }
    }
  }
  const rows = [...counts, ['all', all] as const].map(([name, { phi, found, clean, alarms }]) => [
    name,
    ...[number(phi), number(found), number(clean), number(alarms)],
  ]);
  printTable(
    `Corpus ${corpus}, level ${level}`,
    ['class', 'personal', 'found', 'clean', 'false alarms'],
    rows,
  );
  return [
    { text: `${corpus}, ${level}: share found`, reached: all.found / all.phi, least: 0.9, unit: '' },
    {
      text: `${corpus}, ${level}: share of false alarms`,
      reached: all.alarms / all.clean,
      below: 0.02001,
      unit: '',
    },
  ];
}

/** What would be recorded of an event with this value in its place; null when it is refused. */
function record(one: Case, phiGuard: PhiRules): Record<string, unknown> | null {
  const event: Record<string, unknown> = {
    tenant: 'anthem',
    pagwId: 'PAGW-TEST-12345',
    eventType: 'VAL_FAIL',
  };
  const [place = '', ...inner] = one.where.split('.');
  if (one.where === 'metadata as JSON string') event.metadata = JSON.stringify(one.value);
  else event[place] = inner.reduceRight((value, key) => ({ [key]: value }), one.value);
  const rules = { retryPolicy: defaultRetryPolicy, jitter: () => 0, phiGuard };
  const { events } = readMessage(JSON.stringify(event), { messageId: 'bench', sentAt: new Date(0) }, rules);
  return (events[0] as Record<string, unknown> | undefined) ?? null;
}

function isKept(one: Case, recorded: Record<string, unknown> | null): boolean {
  if (recorded === null) return false;
  if (one.where !== 'errorMessage') return true;
  return one.secret === undefined || String(recorded.errorMessage).includes(one.secret);
}

function isUntouched(one: Case, recorded: Record<string, unknown> | null): boolean {
  if (recorded === null) return false;
  return one.where !== 'errorMessage' || recorded.errorMessage === one.value;
}

/** Ordinary events: names that come again, ids that do not. */
function measure(events: number): Aim[] {
  const rules = {
    retryPolicy: defaultRetryPolicy,
    jitter: () => 0,
    phiGuard: parsePhiGuard('{"level":"strict"}'),
  };
  const bodies = Array.from({ length: events }, (_, number) => body(number));
  const pass = () => {
    const { user, system } = process.cpuUsage();
    for (const text of bodies) readMessage(text, { messageId: 'bench', sentAt: new Date(0) }, rules);
    const spent = process.cpuUsage();
    return (events / (spent.user + spent.system - user - system)) * 1e6;
  };
  pass();
  const reached = pass();
  print(
    `${number(reached)} ordinary events read and guarded in a second of a core (${number(events)} of them).`,
  );
  return [{ text: 'events read and guarded, a second of a core', reached, least: 10_000, unit: '' }];
}

function body(number: number): string {
  const request = Math.floor(number / 32);
  const id = String(request).padStart(5, '0');
  const pagwId = `PAGW-20251226-${id}-${(request * 2_654_435_761).toString(16).toUpperCase().slice(0, 8)}`;
  return JSON.stringify({
    eventId: `${pagwId}#${number}`,
    tenant: ['anthem', 'elevance', 'carelon'][request % 3],
    pagwId,
    stage: 'API_CONNECTOR',
    eventType: 'DOWNSTREAM_OK',
    occurredAt: '2025-12-26T14:51:34.578Z',
    durationMs: 991,
    workerId: `pasapiconnector-app-65b67c6dd8-${(request % 40).toString(36)}mvr`,
    serviceName: 'pasapiconnector',
    correlationId: `demo-${request}`,
    metadata: {
      targetSystem: 'carelon',
      externalId: `EXT-${number.toString(16)}`,
      isAsync: false,
      status: 'ACCEPTED',
    },
    request: { type: 'PAS_SUBMIT', payload: { bucket: 'pagw-requests', key: `2025/12/26/${pagwId}.json` } },
  });
}
