import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { CliError, usageError } from '../cli-error.ts';

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

/** Whole or not at all, also on a full disk. @throws CliError when it cannot be written. */
function makeKey(file: string): void {
  if (existsSync(file)) return;
  const draft = `${file}.${process.pid}.new`;
  const pem = generateKeyPairSync('ed25519').privateKey.export({ format: 'pem', type: 'pkcs8' });
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    writeFileSync(draft, pem, { mode: 0o600 });
    // Of two that begin at once, one makes it.
    linkSync(draft, file);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code !== 'EEXIST' || !existsSync(file))
      throw new CliError({
        code: 'KEY_UNWRITABLE',
        message: `The signing key ${file} cannot be written: ${code}.`,
        hint: 'Make room there, or name a key with --key FILE.',
        cause,
      });
  } finally {
    if (existsSync(draft)) rmSync(draft);
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
