import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** What the tests of a whole file share: closed after the last one. To be awaited at the top of the file. */
export async function forFile<Shared extends { close(): Promise<void> }>(
  opening: Promise<Shared>,
): Promise<Shared> {
  const shared = await opening;
  afterAll(() => shared.close());
  return shared;
}

/** A folder that is gone after the file's last test. */
export function folderForFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'pagw-test-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
