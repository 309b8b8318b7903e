import { shellWord } from '../domain/printable-text.ts';
import type { ConnectionOptions } from './connection.ts';

/** The options by which a command of the same shell finds the same tracker; empty: it does without. */
export function trackerOptions({ url, stack, profile, region }: ConnectionOptions): string {
  return Object.entries({ url, stack, profile, region })
    .flatMap(([name, value]) => (value === undefined ? [] : [`--${name} ${shellWord(value)}`]))
    .join(' ');
}
