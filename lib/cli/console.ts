import { type Command, InvalidArgumentError } from 'commander';
import { newVerb, type Verb } from './cli.ts';
import { CliError, usageError } from './cli-error.ts';
import type { Connection } from './connection.ts';

const DEFAULT_PORT = 4790;

export interface OpenedConsole {
  /** With the key that lets a browser in. */
  address: string;
  stop(): Promise<void>;
}

/** Opens a console for a deployed tracker, to this machine's browsers. @throws Error with code EADDRINUSE for a port that is taken. */
export type OpenConsole = (connection: Connection, port: number) => Promise<OpenedConsole>;

export const console: Verb = (cli) =>
  newVerb('console', [])
    .description(
      'open the console of a deployed tracker on this machine: read as the reader, act as the operator, under your AWS name',
    )
    .option('--port <n>', 'where browsers of this machine find it', parsePort, DEFAULT_PORT)
    .addHelpText('after', '\nExamples:\n  pagw console --stack PagwEventTracker-dev --region us-east-1')
    .action(({ port }: { port: number }, command: Command) =>
      cli.run(command, async (session) => {
        const connection = await session.connect();
        if (connection.kind === 'local')
          throw usageError(
            `The local tracker has its console already, at ${connection.name}.`,
            'Name a deployed one: --stack NAME.',
          );
        const { address, stop } = await session.io
          .openConsole(connection, port)
          .catch((cause: NodeJS.ErrnoException) => {
            throw cause.code === 'EADDRINUSE' ? portTaken(port, cause) : cause;
          });
        session.print(`${address}\n`);
        session.say(
          `Console of ${connection.name}, for this machine alone; the address holds its key. Ctrl-C ends it.`,
        );
        await cli.untilInterrupted();
        await stop();
        return undefined;
      }),
    );

function portTaken(port: number, cause: unknown): CliError {
  return new CliError({
    code: 'PORT_TAKEN',
    message: `Another program listens on port ${port}.`,
    hint: `End it, or take another port: --port ${port + 1}.`,
    cause,
  });
}

function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError('Give a number from 1 to 65535.');
}
