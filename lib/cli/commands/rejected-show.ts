import { Command } from 'commander';
import type { RejectedRow } from '../../data-access/query/rejected-message.ts';
import { printable } from '../../domain/printable-text.ts';
import type { Cli } from '../cli.ts';
import { factsText } from '../output/facts-text.ts';
import { ageText, momentText, plural } from '../output/time-text.ts';
import { readRejectedBody } from '../rejected-body.ts';
import { needRejected, parseRejectedId } from '../rejected-id.ts';
import type { Session } from '../session.ts';

export function rejectedShow(cli: Cli): Command {
  return new Command('show')
    .description('say why an event was refused and where its message is kept')
    .argument('<id>', 'as `pagw rejected list` prints it', parseRejectedId)
    .option('--body', 'print the message itself; it may hold personal data')
    .action((id: number, { body = false }: { body?: boolean }, command: Command) =>
      cli.run(command, [], async (session) => {
        const connection = await session.connect();
        const row = await needRejected(connection.database('reader'), id);
        const text = body ? await readRejectedBody(connection.s3, row) : undefined;
        print(session, row, text, connection.now());
        return undefined;
      }),
    );
}

function print(session: Session, row: RejectedRow, body: string | undefined, now: Date): void {
  const { output, time } = session.options;
  if (output === 'json' || output === 'jsonl') {
    const value = { rejected: row, ...(body === undefined ? {} : { body }) };
    if (output === 'json') session.printJson(value);
    else session.printJsonLines([value]);
  } else if (body !== undefined) {
    // Nothing but the body, so that it can be put into a file, corrected and sent; a terminal would obey it.
    const shown = session.width === undefined ? body : body.split('\n').map(printable).join('\n');
    session.print(shown.endsWith('\n') ? shown : `${shown}\n`);
  } else if (output === 'csv') {
    session.printCsv([Object.keys(row), Object.values(row)]);
  } else {
    session.print(
      rejectedText(session, row, (moment) => `${momentText(moment, time)} · ${ageText(moment, now)}`),
    );
  }
}

function rejectedText(session: Session, row: RejectedRow, at: (moment: Date) => string): string {
  const { paint, width } = session;
  const facts = factsText(
    [
      ['Path', row.path === '' ? 'the whole message' : row.path],
      ['Rule', row.rule],
      ['What to do', row.hint],
      ['Tenant', row.tenant],
      ['Request', row.pagwId],
      ['Message', `${row.messageId}, event ${row.position + 1}`],
      ['Sent', at(row.sentAt)],
      ['Refused', at(row.rejectedAt)],
      ['Replayed', row.replayedAt === null ? 'no' : at(row.replayedAt)],
      ['Body', `s3://${row.bodyBucket}/${row.bodyKey}, ${plural(row.bodyBytes, 'byte')}`],
    ],
    paint,
    width,
  );
  return `${paint(String(row.id), 'bold')} ${paint('·', 'dim')} ${paint(row.code, 'red')}\n${facts}`;
}
