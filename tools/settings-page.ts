import '../lib/runtime/require-node.ts';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RULES } from '../lib/infra/setting-rules.ts';
import { BOUNDS_BY_PATH, boundText } from '../lib/infra/setting-shapes.ts';
import { STAGES } from '../lib/infra/stages.ts';

// Makes docs/settings.md of what the code states: names, types and meanings of the types in stages.ts and stage-rules.ts,
// values of `prod` and `dev`, bounds and rules. `--write` writes the page.

/** One setting, at its path. */
export interface Setting {
  path: string;
  type: string;
  /** `group`: only all of its group may be left out. */
  optional: boolean | 'group';
  meaning: string;
}

interface Member extends Omit<Setting, 'path'> {
  name: string;
}

const inRoot = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const SOURCES = ['lib/infra/stages.ts', 'lib/infra/stage-rules.ts'].map((path) =>
  readFileSync(inRoot(path), 'utf8'),
);

/** Every setting by its path, those of interfaces and groups one by one. */
export function settings(): Setting[] {
  return membersOf(bodyOf('StageSettings')).flatMap((member) => expand(member, ''));
}

function expand({ name, ...member }: Member, within: string): Setting[] {
  const path = `${within}${name}`;
  const body = member.type.startsWith('{') ? member.type : bodyOf(member.type);
  // Rules have pages of their own, which show their shape.
  if (body === undefined || within === 'rules.') return [{ path, ...member }];
  const parts = membersOf(body).flatMap((part) => expand(part, `${path}.`));
  return parts.map((part) => ({
    ...part,
    optional: part.optional || (member.optional && 'group'),
    meaning: part.meaning === '' ? member.meaning : part.meaning,
  }));
}

/** The text between the braces of an interface; undefined for any other type. */
function bodyOf(type: string): string | undefined {
  if (!/^\w+$/.test(type)) return undefined;
  for (const source of SOURCES) {
    const at = source.search(new RegExp(`^export interface ${type} \\{`, 'm'));
    if (at < 0) continue;
    const from = source.indexOf('{', at);
    return source.slice(from, source.indexOf('\n}', from) + 2);
  }
  return undefined;
}

const COMMENT = /^\s*\/\*\*([\s\S]*?)\*\//;
const NAME = /^\s*(\w+)(\?)?:\s*/;

/** @throws Error where the source is not what this reads */
function membersOf(body: string | undefined): Member[] {
  if (body === undefined) throw new Error('There is no such interface.');
  const members: Member[] = [];
  let rest = body.trim().slice(1, -1);
  while (rest.trim() !== '') {
    const comment = COMMENT.exec(rest);
    if (comment !== null) rest = rest.slice(comment[0].length);
    const named = NAME.exec(rest);
    if (named?.[1] === undefined) throw new Error(`No member begins with '${rest.slice(0, 40)}'.`);
    rest = rest.slice(named[0].length);
    const end = endOfType(rest);
    const type = rest.slice(0, end).replace(/\s+/g, ' ').trim();
    members.push({ name: named[1], type, optional: named[2] === '?', meaning: plain(comment?.[1] ?? '') });
    rest = rest.slice(end + 1);
  }
  return members;
}

/** Where the `;` is that is inside of nothing; the last member of a line has none. */
function endOfType(text: string): number {
  let depth = 0;
  for (let place = 0; place < text.length; place++) {
    const character = text[place] ?? '';
    if ('{(['.includes(character)) depth++;
    if ('})]'.includes(character)) depth--;
    if (character === ';' && depth === 0) return place;
  }
  return text.length;
}

function plain(comment: string): string {
  return comment
    .replace(/^[ \t]*\*[ \t]?/gm, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** What must be true of a setting, in the words in which a wrong value is refused. */
export function rulesOf(path: string): string[] {
  const bound = BOUNDS_BY_PATH.get(path);
  const ruled = RULES.filter(({ of }) => of.some((one) => one === path || path.startsWith(`${one}.`)));
  return [...(bound === undefined ? [] : [`${boundText(bound)}.`]), ...ruled.map(({ message }) => message)];
}

function valueAt(stage: 'dev' | 'prod', path: string): string {
  const value = path
    .split('.')
    .reduce<unknown>((whole, name) => (whole as Record<string, unknown> | undefined)?.[name], STAGES[stage]);
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

const LEFT_OUT: Readonly<Record<string, string>> = {
  true: ', may be left out',
  group: ', may be left out with all of its group',
  false: '',
};

/** docs/settings.md. */
export function settingsPage(): string {
  const found = settings();
  const cell = (text: string) => text.replaceAll('|', '\\|');
  const row = ({ path, type, optional, meaning }: Setting) => {
    const prod = valueAt('prod', path);
    const dev = valueAt('dev', path);
    const [before = '', left = ''] = meaning.split(/[\s*]*@default\s*/);
    const unset = left === '' ? '' : `left out: ${left}`;
    const values =
      prod === dev ? prod : [prod && `prod ${prod}`, dev && `dev ${dev}`].filter(Boolean).join(', ');
    const fallback = [values, unset].filter(Boolean).join('; ');
    return `| \`${path}\` | \`${cell(type)}\`${LEFT_OUT[String(optional)]} | ${cell(fallback)} | ${cell(before)} | ${cell(rulesOf(path).join(' '))} |`;
  };
  return `# Settings of a stage

Made by \`npm run settings -- --write\` from the types (\`StageSettings\` in lib/infra/stages.ts, \`StageRules\` in
lib/infra/stage-rules.ts), the stages \`prod\` and \`dev\`, and the rules that refuse a wrong value, in their own words.
How to state them: [deploy.md](deploy.md#a-stages-settings).

| setting | type | of \`like: 'prod'\` and \`'dev'\` | meaning | rule |
|---|---|---|---|---|
${found.map(row).join('\n')}
`;
}

if (import.meta.filename === process.argv[1]) {
  const page = settingsPage();
  if (process.argv.includes('--write')) writeFileSync(inRoot('docs/settings.md'), page);
  else process.stdout.write(page);
}
