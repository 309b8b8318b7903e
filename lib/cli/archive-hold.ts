import type { Command } from 'commander';
import { refuseUnknownNames } from '../data-access/known-names.ts';
import {
  type HoldScope,
  holdHistory,
  type LegalHold,
  listHolds,
  releaseHistory,
} from '../data-access/legal-hold.ts';
import { findRequest } from '../data-access/timeline.ts';
import { canonicalTenant } from '../domain/event-catalogue.ts';
import { LONGEST_NAME } from '../domain/parse-setting.ts';
import { ageText } from '../domain/words.ts';
import { type Cli, newVerb } from './cli.ts';
import { CliError, ExitCode, usageError } from './cli-error.ts';
import { addReason, operatorOf, type ReasonOption } from './operator.ts';
import { printList } from './output/print-list.ts';
import { requestNotFound } from './request-not-found.ts';
import type { Session } from './session.ts';

interface HoldOptions extends ReasonOption {
  plan?: string;
  matter?: string;
}

export function archiveHold(cli: Cli): Command {
  return addReason(
    newVerb('hold', ['tenant'])
      .description(
        'legal hold: keep the history of a request, a tenant or a plan from compaction, archive and drop',
      )
      .argument('[pagwId]', 'the request')
      .option('--plan <name>', 'all requests of a plan')
      .option(
        '--matter <name>',
        'what for, such as a case or an audit: each has a hold, and a release, of its own',
      )
      .action((pagwId: string | undefined, options: HoldOptions, command: Command) =>
        cli.run(command, async (session) => {
          const connection = await session.connect();
          const scope = readScope(session, pagwId, options);
          if (
            'pagwId' in scope &&
            (await findRequest(connection.database('reader'), scope.pagwId)) === undefined
          )
            throw await requestNotFound(connection.database('reader'), scope.pagwId);
          if (!('pagwId' in scope)) await refuseUnknownNames(connection.database('reader'), scope);
          const operator = await operatorOf(options, session);
          const done = await holdHistory(connection.database('operator'), scope, operator, connection.now());
          session.say(
            done
              ? `On hold: ${nameOf(scope)}.`
              : `${nameOf(scope)} was on hold already, for the reason that \`pagw archive holds\` shows; nothing was done. One release ends it; another matter has a hold of its own with --matter.`,
          );
          return undefined;
        }),
      ),
  );
}

export function archiveRelease(cli: Cli): Command {
  return addReason(
    newVerb('release', ['tenant', 'yes'])
      .description('end the legal hold of a request, a tenant or a plan')
      .argument('[pagwId]', 'the request')
      .option('--plan <name>', 'all requests of a plan')
      .option('--matter <name>', 'of this matter alone; left out: of the hold that names none')
      .action((pagwId: string | undefined, options: HoldOptions, command: Command) =>
        cli.run(command, async (session) => {
          const connection = await session.connect();
          const scope = readScope(session, pagwId, options);
          await session.confirm(`End the legal hold of ${nameOf(scope)} on ${connection.name}?`);
          const operator = await operatorOf(options, session);
          if (!(await releaseHistory(connection.database('operator'), scope, operator, connection.now())))
            throw new CliError({
              code: 'HOLD_NOT_FOUND',
              message: `There is no legal hold of ${nameOf(scope)}.`,
              hint: 'List them with `pagw archive holds`.',
              exitCode: ExitCode.notFound,
            });
          session.say(`Released: ${nameOf(scope)}.`);
          return undefined;
        }),
      ),
  );
}

export function archiveHolds(cli: Cli): Command {
  return newVerb('holds', [])
    .description('list what is on legal hold')
    .action((_options: object, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        printList<LegalHold>(session, {
          name: 'holds',
          rows: await listHolds(connection.database('reader')),
          fields: ['pagwId', 'tenant', 'plan', 'matter', 'reason', 'heldBy', 'heldAt'],
          columns: [
            {
              title: 'HELD',
              cell: ({ pagwId, tenant, plan }) =>
                pagwId ?? (tenant === null ? `plan ${plan}` : `tenant ${tenant}`),
            },
            { title: 'MATTER', cell: ({ matter }) => matter },
            { title: 'SINCE', cell: ({ heldAt }) => ageText(heldAt, connection.now()), align: 'right' },
            { title: 'BY', cell: ({ heldBy }) => heldBy },
            { title: 'REASON', cell: ({ reason }) => reason, least: 10 },
          ],
          empty: 'Nothing is on legal hold.',
        });
        return undefined;
      }),
    );
}

function readScope(session: Session, pagwId: string | undefined, options: HoldOptions): HoldScope {
  const plan = options.plan?.trim() || undefined;
  const tenant = canonicalTenant(session.options.tenant) ?? undefined;
  const stated = [pagwId, tenant, plan].filter((part) => part !== undefined);
  if (stated.length !== 1)
    throw usageError(
      'A hold is of one request, one tenant or one plan.',
      'Name one: an id, --tenant or --plan.',
    );
  const matter = options.matter?.trim() || undefined;
  if (matter !== undefined && [...matter].length > LONGEST_NAME)
    throw usageError(`--matter takes at most ${LONGEST_NAME} characters.`, 'Say more in --reason.');
  if (pagwId !== undefined) return { pagwId, matter };
  return tenant !== undefined ? { tenant, matter } : { plan: plan ?? '', matter };
}

function nameOf(scope: HoldScope): string {
  const matter = scope.matter === undefined ? '' : ` for matter ${scope.matter}`;
  if ('pagwId' in scope) return `request ${scope.pagwId}${matter}`;
  return 'tenant' in scope ? `tenant ${scope.tenant}${matter}` : `plan ${scope.plan}${matter}`;
}
