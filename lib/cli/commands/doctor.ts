import { Command } from 'commander';
import type { Cli } from '../cli.ts';
import { doctorChecks } from '../doctor/doctor-checks.ts';
import { type CheckResult, runChecks } from '../doctor/run-checks.ts';
import { ExitCode } from '../exit-code.ts';
import { csvLine } from '../output/csv-text.ts';
import type { Style } from '../output/paint.ts';
import { cutText, printable } from '../output/printable-text.ts';
import type { Session } from '../session.ts';

const GLYPHS: Readonly<Record<CheckResult['outcome'], readonly [glyph: string, style: Style]>> = {
  pass: ['✓', 'green'],
  fail: ['✗', 'red'],
  'not-applicable': ['–', 'dim'],
};

export function doctor(cli: Cli): Command {
  return new Command('doctor')
    .description('check the tracker from end to end; exit code 10 when a check fails')
    .option('--deep', 'check the sequence of every request, however long it takes')
    .action(({ deep = false }: { deep?: boolean }, command: Command) =>
      cli.run(command, [], async (session) => {
        const connection = await session.connect();
        const context = { connection, database: connection.database('reader'), now: connection.now(), deep };
        const results: CheckResult[] = [];
        for await (const result of runChecks(doctorChecks, context)) {
          results.push(result);
          if (session.options.output === 'table') session.print(resultText(session, result));
        }
        printResults(session, results);
        const failures = results.filter(({ outcome }) => outcome === 'fail').length;
        session.say(
          failures === 0
            ? `${connection.name} is well.`
            : `${failures} of ${results.length} checks failed on ${connection.name}.`,
        );
        return failures === 0 ? ExitCode.fine : ExitCode.conditionFound;
      }),
    );
}

function resultText(session: Session, { title, outcome, evidence, next }: CheckResult): string {
  const { paint, width } = session;
  const [glyph, style] = GLYPHS[outcome];
  const fitted = (text: string) =>
    width === undefined ? printable(text) : cutText(printable(text), width - 4);
  const mark = outcome === 'not-applicable' ? `${glyph} not applicable:` : glyph;
  const lines = [`${paint(mark, style)} ${title}`, paint(`  ${fitted(evidence)}`, 'dim')];
  if (next !== null) lines.push(`  ${paint('→', 'yellow')} ${printable(next)}`);
  return `${lines.join('\n')}\n`;
}

function printResults(session: Session, results: readonly CheckResult[]): void {
  switch (session.options.output) {
    case 'json':
      session.print(`${JSON.stringify({ checks: results }, undefined, 2)}\n`);
      break;
    case 'jsonl':
      for (const result of results) session.print(`${JSON.stringify(result)}\n`);
      break;
    case 'csv':
      session.print(csvLine(['id', 'title', 'outcome', 'evidence', 'next']));
      for (const { id, title, outcome, evidence, next } of results)
        session.print(csvLine([id, title, outcome, evidence, next]));
  }
}
