import { beforeAll, describe, expect, it } from 'vitest';
import { listActs } from '../../lib/data-access/operate.ts';
import { CarelonOutage, failing, lost } from '../support/carelon-outage.ts';
import { databaseOfFile } from '../support/database.ts';
import { connectionTo, runCli } from './run-cli.ts';

const db = await databaseOfFile();
let outage: CarelonOutage;
let transcript = '';

beforeAll(async () => {
  outage = new CarelonOutage(db);
});

const clockText = (minute: number) => `${outage.at(minute).toISOString().slice(11, 16)}Z`;

/** What an operator types at that minute, and what comes back. */
async function type(minute: number, line: string): Promise<string> {
  const words = line.match(/'[^']*'|\S+/g) ?? [];
  const { stdout, stderr } = await runCli(
    words.map((word) => word.replaceAll("'", '')),
    {
      connection: connectionTo(db, outage.at(minute)),
      env: { PAGW_OPERATOR: 'maria', NO_COLOR: '1' },
      columns: 110,
    },
  );
  const text = (stderr + stdout).trimEnd();
  transcript += `${clockText(minute)} $ pagw ${line}\n${text}\n\n`;
  return text;
}

const flows = (minute: number) =>
  outage.flows(minute, (body) => {
    transcript += `${clockText(minute)} ✉ ${body.replaceAll('\n', '\n         ')}\n\n`;
  });

describe('an outage at three in the morning', () => {
  it('is walked through by commands that do what they say, with one notice and one end for each incident', async () => {
    await outage.begin();
    expect(await type(3, "retry pause --downstream carelon --reason 'carelon is down' -y")).toContain(
      'held back',
    );
    for (const minute of [6, 12, 20]) await flows(minute);
    // Held back is not overdue: only the lost hand-offs are notified of.
    expect(outage.notified).toEqual([expect.stringContaining('2 stuck')]);
    expect(outage.queue.commands).toEqual([]);
    await type(21, 'retry pauses');
    await type(21, 'stuck --tenant anthem');
    expect(await type(22, "retry resume --downstream carelon --reason 'carelon is back' -y")).toContain(
      'Resumed',
    );
    expect(await type(22, 'retry batch --downstream carelon --dry-run')).toContain('14 failures match');
    await type(22, "retry batch --downstream carelon --reason 'carelon is back' -y");
    await flows(23);
    expect(outage.queue.commands).toHaveLength(14);
    await outage.halfRecover(24);
    await flows(25);
    expect(outage.notified.slice(1)).toEqual([expect.stringContaining('7 stuck')]);
    for (const pagwId of lost)
      expect(
        await type(26, `request resend ${pagwId} --reason 'outbox restarted, publish lost' -y`),
      ).toContain('within a minute');
    await flows(27);
    expect(outage.queue.commands.slice(14)).toMatchObject(
      lost.map((pagwId) => ({ pagwId, stage: 'CONVERSION' })),
    );
    await outage.takeResent(28);
    const [given = ''] = failing.slice(-1);
    expect(
      await type(
        29,
        `request close ${given} --as void --second kim --reason 'sent twice by the provider' -y`,
      ),
    ).toContain('Closed');
    await type(
      30,
      "retry batch --error-code API_TIMEOUT --tenant anthem --reason 'carelon answers again' -y",
    );
    await flows(31);
    expect(await type(31, 'stuck')).toContain('6 more requests sent again');
    await outage.answer(failing.slice(7, 13), 32);
    for (const minute of [33, 36, 40, 46]) await flows(minute);
    await type(47, 'incident list --closed');
    await type(47, 'audit');
    await type(47, `request show ${lost[0]}`);
    expect(outage.notified.map((body) => body.slice(0, body.indexOf(']') + 1))).toEqual([
      '[WARN]',
      '[WARN]',
      '[OVER]',
      '[OVER]',
    ]);
    const acts = (await listActs(db.database, {}, 50)).rows.reverse();
    expect(acts.map(({ action, affected, outcome }) => [action, affected, outcome])).toEqual([
      ['retry.pause', 1, 'resumed since'],
      ['retry.resume', 1, null],
      ['retry.batch', 14, 'done, 7 recovered, 7 failed again'],
      ['request.resend', 1, 'ended since'],
      ['request.resend', 1, 'ended since'],
      ['request.close', 1, null],
      ['retry.batch', 6, 'done, 6 recovered'],
    ]);
    await expect(transcript).toMatchFileSnapshot('../../docs/outage-walk.txt');
  });
});
