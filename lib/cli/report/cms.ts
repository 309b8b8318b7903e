import { Option } from 'commander';
import { freezeFigures, publishedFigures } from '../../data-access/published-figures.ts';
import { type DecisionPolicy, parseDecisionPolicy } from '../../domain/decision-clock.ts';
import { publicKeyText, signingKeyName } from '../../domain/signed-figures.ts';
import { CMS_DEFINITIONS, cms, inLocalYears, isYearOver, readCms } from '../../reports/cms.ts';
import type { ReportQuestion } from '../../reports/report.ts';
import type { Verb } from '../cli.ts';
import { usageError } from '../cli-error.ts';
import type { Connection } from '../connection.ts';
import { operatorOf } from '../operator.ts';
import type { Session } from '../session.ts';
import { printAnswer } from './print-report.ts';
import { publishedPage } from './published-page.ts';
import { readDelegateFigures } from './read-delegate-figures.ts';
import { askReport, parseYear, reportCommand } from './report-verb.ts';
import { readSigningKey, verifyFigures } from './signed-figures.ts';

interface CmsOptions {
  year?: number;
  freeze?: number;
  reason?: string;
  add?: string[];
  page?: boolean;
  key?: string;
  verify?: string;
}

/** The report `cms`, and what is done with its figures: freeze them, add a delegate's, publish them. */
export const reportCms: Verb = (cli) =>
  reportCommand(cms)
    .addOption(
      new Option(
        '--freeze <year>',
        'keep the figures of a year as they are, under your name; later changes are shown',
      ).argParser(parseYear),
    )
    .option(
      '--add <file...>',
      'figures of delegates that the tracker hears nothing of, as -o json gives them',
    )
    .option('--page', 'a page that prints as it may be published (HTML, to stdout)')
    .addOption(new Option('--reason <text>', 'why they are frozen; kept with who and when'))
    .option(
      '--key <file>',
      'Ed25519 key in PEM: what --freeze signs with (PAGW_SIGNING_KEY), or whose --verify asks for',
    )
    .option('--verify <file>', 'whether the frozen figures in a file of -o json are what was signed')
    .action((options: CmsOptions, command) =>
      cli.run(command, async (session) => {
        const { freeze, verify } = options;
        if (verify !== undefined) {
          session.say(verifyFigures(verify, options.key));
          return undefined;
        }
        if (options.key !== undefined && freeze === undefined)
          throw usageError('--key goes with --freeze or --verify.', 'Leave it out, or say what it is for.');
        const year = freeze ?? options.year;
        const { connection, question } = await askReport(cms, session, { ...command.opts(), year });
        const policy = parseDecisionPolicy(connection.decisionPolicy);
        if (freeze !== undefined) await freezeYear(freeze, options, question, policy, connection, session);
        const added = readDelegateFigures(options.add ?? [], question.year);
        const answer = await readCms(connection.database('reader'), question, { policy, added });
        if (options.page !== true) {
          printAnswer(cms, answer, question, session);
          return undefined;
        }
        const title = `Prior authorization metrics${question.year === undefined ? '' : ` ${question.year}`}`;
        const notes = [...answer.cautions, ...(answer.frozen === undefined ? [] : [answer.frozen])];
        session.print(
          publishedPage({ title, plans: answer.plans, definitions: CMS_DEFINITIONS.split('\n'), notes }),
        );
        return undefined;
      }),
    );

async function freezeYear(
  year: number,
  options: CmsOptions,
  question: ReportQuestion,
  policy: DecisionPolicy,
  connection: Connection,
  session: Session,
): Promise<void> {
  const reason = options.reason?.trim();
  if (!reason) throw usageError('--freeze needs a reason.', 'Say why in a few words with --reason.');
  const key = readSigningKey(options.key, connection.kind, session.io.env);
  const span = inLocalYears(question, policy);
  const rows = await publishedFigures(connection.database('reader'), span);
  await session.confirm(
    `Freeze the figures of ${year}${isYearOver(span, question.now) ? '' : ', which is not over,'} on ${connection.name}?`,
  );
  const operator = await operatorOf({ reason }, session);
  const figures = { year, tenant: question.tenant, rows };
  const digest = await freezeFigures(connection.database('operator'), figures, operator, key, question.now);
  session.say(
    `Frozen by ${operator.actedBy}: the figures of ${year}, SHA-256 ${digest}, signed by key ${signingKeyName(publicKeyText(key))}.`,
  );
}
