import { Command } from 'commander';
import type { RejectedEvent } from '../../client/read-event-lines.ts';
import { parsePhiGuard } from '../../domain/phi-guard.ts';
import type { Cli } from '../cli.ts';
import { ExitCode } from '../exit-code.ts';
import { printList } from '../output/print-list.ts';
import type { Column } from '../output/table.ts';
import { plural } from '../output/time-text.ts';
import { readEventFile } from '../read-event-file.ts';

/** Of the refusals, what is printed; all are counted. */
const DEFAULT_LIMIT = 1_000;

const COLUMNS: Column<RejectedEvent>[] = [
  { title: 'LINE', cell: ({ line }) => line, align: 'right' },
  { title: 'CODE', cell: ({ code }) => ({ text: code, style: 'red' }) },
  { title: 'PATH', cell: ({ path }) => path, least: 8 },
  { title: 'WHAT TO DO', cell: ({ hint }) => ({ text: hint, style: 'dim' }), least: 20 },
];

interface Options {
  file: string;
  strict?: boolean;
  metadataKey?: string[];
}

export function eventValidate(cli: Cli): Command {
  return new Command('validate')
    .description('judge events by the contract, offline; exit code 1 when any is refused')
    .requiredOption('-f, --file <file>', 'one JSON object a line, a JSON array, or one event; - is stdin')
    .option('--strict', "at the PHI guard's strict level, as a production tracker judges")
    .option('--metadata-key <key...>', 'metadata keys that the tracker knows beside the catalogue')
    .action(({ file, strict, metadataKey }: Options, command: Command) =>
      cli.run(command, ['limit'], async (session) => {
        const refused: RejectedEvent[] = [];
        const limit = session.options.limit ?? DEFAULT_LIMIT;
        const level = strict === true ? 'strict' : 'patterns';
        const rules = parsePhiGuard(JSON.stringify({ level, metadataKeys: metadataKey }));
        let valid = 0;
        let invalid = 0;
        for await (const { accepted, rejected } of readEventFile(file, session.io, rules)) {
          valid += accepted.length;
          invalid += rejected.length;
          refused.push(...rejected.slice(0, limit - refused.length));
        }
        const sentence = `${plural(valid, 'event')} valid, ${invalid} refused.`;
        printList(session, {
          name: 'refused',
          rows: refused,
          columns: COLUMNS,
          fields: ['line', 'code', 'path', 'hint'],
          empty: sentence,
        });
        if (invalid > 0 || session.options.output !== 'table') session.say(sentence);
        if (refused.length < invalid)
          session.say(`The first ${refused.length} are shown; --limit shows more.`);
        return invalid > 0 ? ExitCode.failure : ExitCode.fine;
      }),
    );
}
