import type { Command } from 'commander';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import { ACTS_PER_PAGE, listActs, type RecordedAct } from '../data-access/operate.ts';
import { ageText, countText } from '../domain/words.ts';
import { newVerb, type Verb } from './cli.ts';
import { printList, readPages } from './output/print-list.ts';
import type { Column } from './output/table.ts';

interface Options {
  action?: string;
  by?: string;
  request?: string;
}

const DEFAULT_LIMIT = 50;

export const audit: Verb = (cli) =>
  newVerb('audit', ['tenant', 'since', 'until', 'limit', 'after'])
    .description('list what was done by hand, latest first: who, what, when, why, and how much it touched')
    .option('--action <action>', 'only this, such as retry.pause; or what begins so, such as retry')
    .option('--by <name>', 'only what this person did')
    .option('--request <pagwId>', 'only what was done to this request')
    .action((options: Options, command: Command) =>
      cli.run(command, async (session) => {
        const { tenant, limit = DEFAULT_LIMIT, after } = session.options;
        const connection = await session.connect();
        const now = connection.now();
        const filter = {
          tenant,
          action: options.action?.trim(),
          actedBy: options.by?.trim(),
          pagwId: options.request?.trim(),
          ...session.window(now),
        };
        await refuseUnknownNames(connection.database('reader'), filter);
        const { rows, next } = await readPages(limit, ACTS_PER_PAGE, after, (most, from) =>
          listActs(connection.database('reader'), filter, most, from),
        );
        printList(session, {
          name: 'acts',
          rows,
          next,
          columns: columns(now),
          fields: ['id', 'actedAt', 'actedBy', 'action', 'filter', 'reason', 'affected', 'outcome'],
          empty: 'Nothing was done by hand that matches.',
        });
        return undefined;
      }),
    );

function columns(now: Date): Column<RecordedAct>[] {
  return [
    { title: 'WHEN', cell: ({ actedAt }) => ageText(actedAt, now), align: 'right' },
    { title: 'WHO', cell: ({ actedBy }) => actedBy, least: 6 },
    { title: 'WHAT', cell: ({ action }) => action },
    { title: 'ON', cell: ({ filter }) => ({ text: targetText(filter), style: 'dim' }), least: 16 },
    { title: 'TOUCHED', cell: ({ affected }) => countText(affected), align: 'right' },
    { title: 'OUTCOME', cell: ({ outcome }) => outcome, least: 16 },
    { title: 'WHY', cell: ({ reason }) => reason, least: 12 },
  ];
}

/** `tenant=anthem stage=PARSING`: what an act named, without what it left open. */
function targetText(filter: Record<string, unknown>): string {
  return Object.entries(filter)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
