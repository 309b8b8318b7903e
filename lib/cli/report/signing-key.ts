import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { usageError } from '../cli-error.ts';

type Env = Readonly<Record<string, string | undefined>>;

const HOW_TO_MAKE = 'Make one with `openssl genpkey -algorithm ed25519 -out key.pem` under umask 077.';

/** The key that signs what is frozen: `--key`, else PAGW_SIGNING_KEY; for a local tracker one of the person's own, made on first use. */
export function readSigningKey(given: string | undefined, kind: 'local' | 'deployed', env: Env): KeyObject {
  const named = given ?? (env.PAGW_SIGNING_KEY || undefined);
  if (named !== undefined) return readPrivateKey(named);
  if (kind === 'deployed')
    throw usageError(
      'The figures of a deployed tracker are signed: --key FILE or PAGW_SIGNING_KEY is missing.',
      HOW_TO_MAKE,
    );
  const own = ownKeyFile(env);
  makeKey(own);
  return readPrivateKey(own);
}

/** The public half of a key file, private or public. @throws CliError where it holds no Ed25519 key. */
export function readPublicKey(file: string): KeyObject {
  return readKey(file, (pem) => createPublicKey(pem));
}

function ownKeyFile(env: Env): string {
  return join(env.XDG_CONFIG_HOME || join(env.HOME || homedir(), '.config'), 'pagw', 'signing-key.pem');
}

function makeKey(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  try {
    // Of two that begin at once, one makes it.
    writeFileSync(file, pem, { mode: 0o600, flag: 'wx' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

function readPrivateKey(file: string): KeyObject {
  const key = readKey(file, (pem) => createPrivateKey(pem));
  if (process.platform !== 'win32' && (statSync(file).mode & 0o077) !== 0)
    throw usageError(`Others may read the signing key ${file}.`, 'Take that from them with `chmod 600`.');
  return key;
}

function readKey(file: string, parse: (pem: Buffer) => KeyObject): KeyObject {
  let key: KeyObject | undefined;
  try {
    key = parse(readFileSync(file));
  } catch {
    // What is wrong with it may be a part of it.
  }
  if (key?.asymmetricKeyType !== 'ed25519')
    throw usageError(`${file} holds no Ed25519 key in PEM.`, HOW_TO_MAKE);
  return key;
}
