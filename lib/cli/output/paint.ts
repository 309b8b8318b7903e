import type { CliOutput } from '../cli-io.ts';

export type Style = 'plain' | 'dim' | 'bold' | 'red' | 'green' | 'yellow' | 'blue' | 'cyan';

/** Sequences to begin and end a style with. */
const CODES: Record<Exclude<Style, 'plain'>, readonly [number, number]> = {
  dim: [2, 22],
  bold: [1, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  blue: [34, 39],
  cyan: [36, 39],
};

/** Colours a text, or leaves it alone. Colour never says what a word or a glyph does not say too. */
export type Paint = (text: string, style: Style) => string;

export function choosePaint(
  when: 'auto' | 'always' | 'never',
  output: CliOutput,
  env: Readonly<Record<string, string | undefined>>,
): Paint {
  const automatic = output.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const colour = when === 'always' || (when === 'auto' && automatic);
  return (text, style) => {
    if (!colour || style === 'plain' || text === '') return text;
    const [on, off] = CODES[style];
    return `\u001b[${on}m${text}\u001b[${off}m`;
  };
}
