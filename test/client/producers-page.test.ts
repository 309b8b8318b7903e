import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { DropLedger } from '../../lib/client/client-counts.ts';
import { readEventLines } from '../../lib/client/read-event-lines.ts';
import { IngestMetric } from '../../lib/runtime/metric-names.ts';

const folder = new URL('../../docs/', import.meta.url);
const page = readFileSync(new URL('producers.md', folder), 'utf8');
const policy = JSON.parse(readFileSync(new URL('contract/producer-policy.json', folder), 'utf8'));
const blocks = [...page.matchAll(/```json\n([\s\S]*?)```/g)].map(([, text = '']) => text);

describe('the page for producers', () => {
  it('shows events that the contract accepts', () => {
    const events = blocks.filter((text) => text.includes('"pagwId"'));
    const sentByCurl = /-d '\n(\{.*\})'/.exec(page)?.[1] ?? '';
    expect(events).toHaveLength(5);
    for (const text of [...events, sentByCurl]) {
      const { accepted, rejected } = readEventLines(text);
      expect([accepted.length, rejected]).toEqual([1, []]);
    }
  });

  it('shows a rejection as it is', () => {
    const event = {
      tenant: 'anthem',
      pagwId: 'PAGW-1',
      eventType: 'PARSE_OK',
      metadata: { memberName: 'x' },
    };
    const [rejected] = readEventLines(JSON.stringify(event)).rejected;
    const { rule: _, ...shown } = JSON.parse(blocks.find((text) => text.includes('"rule"')) ?? '');
    expect(rejected).toEqual({ line: 1, ...shown });
  });

  it('gives the policy of the file: to send to one queue, and the use of its key through SQS', () => {
    expect(JSON.parse(blocks.find((text) => text.includes('"Version"')) ?? '')).toEqual(policy);
    expect(policy.Statement.map(({ Action }: { Action: unknown }) => Action)).toEqual([
      'sqs:SendMessage',
      ['kms:GenerateDataKey', 'kms:Decrypt'],
    ]);
    expect(JSON.stringify(policy)).not.toContain('"*"');
  });

  it('tells every reason for a drop, and the metric of refused messages by its name', () => {
    for (const reason of Object.keys(new DropLedger(undefined).totals))
      expect(page).toContain(`| \`${reason}\` |`);
    for (const metric of [IngestMetric.rejected, IngestMetric.unclear, IngestMetric.unbelieved])
      expect(page).toContain(`\`${metric}\``);
  });

  it('links to what is there', () => {
    const links = [...page.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, target = '']) => target);
    expect(links.length).toBeGreaterThan(5);
    expect(links.filter((target) => !existsSync(new URL(target, folder)))).toEqual([]);
  });
});
