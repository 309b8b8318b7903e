import { execFileSync, spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { runCli } from './run-cli.ts';

/** How each shell's own completion calls a function: zsh's bashcompinit asks compgen, which runs it as ksh would. */
const asks = {
  bash: `COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _pagw; printf "%s\\n" "\${COMPREPLY[@]}"`,
  zsh: `typeset -a COMP_WORDS=("$@") COMPREPLY; COMP_CWORD=$(($# - 1)); compgen -F _pagw -- "$@[-1]"`,
};
const prelude = { bash: '', zsh: 'compinit() { }; compdef() { }\n' };
const installed = (shell: string) => spawnSync(shell, ['-c', ':']).status === 0;

it.each(['bash', 'zsh'] as const)('completes verbs, options and their values in %s', async (shell) => {
  const { code, stdout: script } = await runCli(['completion', shell]);
  expect(code).toBe(0);
  // Debian's build machines have no zsh; what they can hold is that both shells get the same function.
  if (!installed(shell)) return expect(script).toContain((await runCli(['completion', 'bash'])).stdout);
  const complete = (...words: string[]) =>
    execFileSync(shell, ['-c', `${prelude[shell]}${script}${asks[shell]}`, shell, 'pagw', ...words], {
      encoding: 'utf8',
    })
      .split('\n')
      // zsh narrows the words down afterwards.
      .filter((word) => word !== '' && word.startsWith(words.at(-1) ?? ''));
  expect(complete('re')).toEqual(['request', 'report', 'retry', 'rejected']);
  expect(complete('request', 'sh')).toEqual(['show']);
  expect(complete('request', 'show', 'PAGW-1', '--meta')).toEqual(['--metadata']);
  expect(complete('stuck', '-o', '')).toEqual(['table', 'json', 'jsonl', 'csv']);
  expect(complete('retry', 'list', '--state', 'exh')).toEqual(['exhausted']);
  expect(complete('stuck', '--reason', 'no-')).toEqual(['no-result']);
  expect(complete('retry', 'pause', '--stage', 'API')).toEqual(['API_CONNECTOR']);
  expect(complete('request', 'list', '--status', 'PEN')).toEqual(['PENDING']);
  expect(complete('completion', 'z')).toEqual(['zsh']);
  for (const flag of ['--tenant', '--since', '--reason'])
    expect(complete('retry', 'batch', flag, '')).toEqual([]);
  expect(complete('stuck', '--watch', '--ten')).toEqual(['--tenant']);
  expect(complete('report', 'lat')).toEqual(['latency']);
  expect(complete('stuck', '--si')).toEqual([]);
  expect(complete('request', 'list', '--si')).toEqual(['--since']);
  expect(complete('stuck', '--y')).toEqual([]);
  expect(complete('retry', 'pause', '--y')).toEqual(['--yes']);
});

it('is written for no other shell', async () => {
  expect((await runCli(['completion', 'fish'])).code).toBe(64);
});
