import { afterAll } from 'vitest';

/** What the tests of a whole file share: closed after the last one. To be awaited at the top of the file. */
export async function forFile<Shared extends { close(): Promise<void> }>(
  opening: Promise<Shared>,
): Promise<Shared> {
  const shared = await opening;
  afterAll(() => shared.close());
  return shared;
}
