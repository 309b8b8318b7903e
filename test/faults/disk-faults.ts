import { execFile } from 'node:child_process';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { TestBed } from '../simulation/test-bed.ts';
import { scratchDirectory } from '../support/scratch-directory.ts';
import { serverProcesses, signal } from './server-processes.ts';
import type { Fault, OwnBed, Trial } from './trial.ts';

const run = promisify(execFile);
/** Small, so that a disk of some hundred MB has room for it. */
const SETTINGS = { max_wal_size: '64MB', min_wal_size: '32MB', shared_buffers: '32MB' };
const DISK_MB = 512;

/** A disk in memory, which root alone may mount. */
async function openSmallDisk(): Promise<OwnBed> {
  const directory = await mkdtemp(join(tmpdir(), 'pagw-disk-'));
  await run('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m,mode=755`, 'tmpfs', directory]);
  const bed = await TestBed.start({ directory, settings: SETTINGS });
  return {
    bed,
    close: async () => {
      await bed.stop();
      await run('umount', [directory]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function fill(file: string): Promise<void> {
  const handle = await open(file, 'w');
  const zeros = Buffer.alloc(64 * 1024);
  try {
    for (let size = zeros.length; size >= 512; ) {
      const { bytesWritten } = await handle.write(zeros, 0, size).catch(() => ({ bytesWritten: 0 }));
      if (bytesWritten === 0) size /= 2;
    }
  } finally {
    await handle.close().catch(() => undefined);
  }
}

/** Whoever writes meets it: rows, their indexes and the write-ahead log. */
async function runOutOfDisk(trial: Trial): Promise<void> {
  const { bed, world } = trial;
  const ballast = join(bed.directory, 'ballast');
  await fill(ballast);
  const refused = await bed.sql('postgres', 'CREATE TABLE wide AS SELECT generate_series(1, 1000000)').then(
    () => false,
    () => true,
  );
  try {
    for (let rounds = 0; rounds < 3; rounds++) {
      for (let sent = 0; sent < 20; sent++) world.produce();
      await trial.work();
    }
  } finally {
    await rm(ballast, { force: true });
  }
  await untilUp(trial);
  if (!refused) throw new Error('The disk was not full.');
}

/** Without room for its log the server ends; somebody starts it again. */
async function untilUp({ bed }: Trial): Promise<void> {
  let isGone = false;
  void bed.postgres.exited.then(() => {
    isGone = true;
  });
  for (let looks = 0; looks < 300; looks++) {
    await delay(100);
    if (isGone) {
      await bed.startAgain();
      return;
    }
    const answers = await bed.sql('postgres', 'CREATE TEMPORARY TABLE small (a int)').catch(() => undefined);
    if (answers !== undefined) return;
  }
  throw new Error('PostgreSQL does not come up again.');
}

/** A file that is a disk: what PostgreSQL wrote and the system has not yet passed on is not in it. */
class ImageDisk implements OwnBed {
  readonly bed: TestBed;
  readonly mountPoint: string;
  #image: string;

  private constructor(bed: TestBed, mountPoint: string, image: string) {
    this.bed = bed;
    this.mountPoint = mountPoint;
    this.#image = image;
  }

  static async open(): Promise<ImageDisk> {
    const mountPoint = await mkdtemp(join(tmpdir(), 'pagw-disk-'));
    const image = join(await mkdtemp(join(scratchDirectory(), 'pagw-image-')), 'disk');
    await run('truncate', ['-s', `${DISK_MB}M`, image]);
    await run('mkfs.ext4', ['-q', image]);
    await run('mount', ['-o', 'loop', image, mountPoint]);
    await run('chmod', ['755', mountPoint]);
    const bed = await TestBed.start({ directory: mountPoint, fsync: true, settings: SETTINGS });
    return new ImageDisk(bed, mountPoint, image);
  }

  /** What the disk holds at this moment is all that there is when the server is started again. */
  async losePower(): Promise<void> {
    const { bed, mountPoint } = this;
    const ids = await serverProcesses(bed);
    signal(ids, 'SIGSTOP');
    const kept = `${this.#image}-kept`;
    await run('cp', ['--sparse=always', this.#image, kept]);
    signal(ids, 'SIGKILL');
    await bed.postgres.exited;
    await this.#unmount();
    await rm(this.#image);
    await run('mv', [kept, this.#image]);
    await run('mount', ['-o', 'loop', this.#image, mountPoint]);
    await bed.startAgain();
  }

  async #unmount(): Promise<void> {
    for (let tries = 0; tries < 50; tries++) {
      const isDone = await run('umount', [this.mountPoint]).then(
        () => true,
        () => false,
      );
      if (isDone) return;
      await delay(100);
    }
    throw new Error(`${this.mountPoint} stays in use.`);
  }

  async close(): Promise<void> {
    await this.bed.stop();
    await this.#unmount();
    await rm(this.mountPoint, { recursive: true, force: true });
    await rm(join(this.#image, '..'), { recursive: true, force: true });
  }
}

let disk: ImageDisk | undefined;

export const diskFaults: readonly Fault[] = [
  { name: 'the disk is full', openBed: openSmallDisk, during: runOutOfDisk },
  {
    name: 'power lost: started again from what the disk held at that moment, fsync on',
    openBed: async () => {
      disk = await ImageDisk.open();
      return disk;
    },
    during: async (trial) => {
      const work = trial.work();
      await delay(trial.random.between(0, 120));
      await Promise.all([work, disk?.losePower()]);
    },
  },
];
