import { expect, it } from 'vitest';
import { cutText, DataText } from '../../lib/views/parts/data-text.tsx';

it('cuts a value only where that makes it shorter', () => {
  const name = 'T10_DETERMINE_NECESSITY_TO_STOP_INDICATION';
  expect(cutText(name, 40)).toBe(name);
  expect(cutText('x'.repeat(200), 40)).toBe(`${'x'.repeat(40)}… (200 characters)`);
  for (let length = 0; length < 120; length++)
    expect(cutText('x'.repeat(length), 40).length).toBeLessThanOrEqual(length);
});

it('lets a long name take a second line at its underscores, a known stage and a sentence none', () => {
  expect(String(<DataText value="T10_DETERMINE_NECESSITY_OF_STOP_ADVICE" />)).toBe(
    '<bdi>T10_<wbr>DETERMINE_<wbr>NECESSITY_<wbr>OF_<wbr>STOP_<wbr>ADVICE</bdi>',
  );
  for (const text of ['SUBSCRIPTION_HANDLER', 'fix the cause at API_CONNECTOR, then resume'])
    expect(String(<DataText value={text} />)).toBe(`<bdi>${text}</bdi>`);
});
