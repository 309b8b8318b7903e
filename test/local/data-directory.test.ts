import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDataDirectory } from '../../lib/local/data-directory.ts';

let directory: string;

beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'pagw-data-')), 'data');
});

afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }));

describe('the data directory', () => {
  it('belongs to one at a time', async () => {
    const first = await openDataDirectory(directory, { empty: false });
    await expect(openDataDirectory(directory, { empty: false })).rejects.toThrow(`${directory} is in use`);
    first.release();
    const second = await openDataDirectory(directory, { empty: false });
    second.release();
  });

  it('keeps what is in it unless it is to be emptied, and then only forgets its own', async () => {
    const first = await openDataDirectory(directory, { empty: false });
    await writeFile(first.clock, '{}');
    await writeFile(join(directory, 'notes.txt'), 'mine');
    first.release();
    const second = await openDataDirectory(directory, { empty: false });
    expect(await readdir(directory)).toContain('clock.json');
    second.release();
    const third = await openDataDirectory(directory, { empty: true });
    expect(await readdir(directory)).toContain('notes.txt');
    expect(await readdir(directory)).not.toContain('clock.json');
    third.release();
  });

  it('is not emptied when another program keeps its files there', async () => {
    await mkdir(directory);
    await writeFile(join(directory, 'notes.txt'), 'mine');
    await expect(openDataDirectory(directory, { empty: true })).rejects.toThrow('another program');
    expect(await readdir(directory)).toEqual(['notes.txt']);
  });
});
