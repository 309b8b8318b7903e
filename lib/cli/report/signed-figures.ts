import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { type PlanFigures, partialClasses, publishedPlans } from '../../domain/published-plans.ts';
import {
  digestOf,
  isSignedBy,
  publicKeyText,
  signingKeyName,
  type VouchedFigures,
} from '../../domain/signed-figures.ts';
import { CliError, ExitCode, usageError } from '../cli-error.ts';

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
function readPublicKey(file: string): KeyObject {
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

const schema = z.object({
  frozen: z.object({
    year: z.int(),
    tenant: z.nullable(z.string()),
    at: z.iso.datetime(),
    by: z.string(),
    reason: z.string(),
    figures: z.string(),
    digest: z.string(),
    publicKey: z.string(),
    signature: z.string(),
    plans: z.array(z.unknown()),
  }),
});

/**
 * Says of a file that `pagw report cms -o json` wrote whether its frozen figures are what was signed, by which key.
 * @throws CliError (exit code 10) where they are not, or where another key than that of `keyFile` signed them.
 */
export function verifyFigures(file: string, keyFile: string | undefined): string {
  const { frozen } = readFrozen(file);
  const { year, tenant, figures, at, by: actedBy, reason, publicKey } = frozen;
  const vouched: VouchedFigures = { year, tenant, figures, frozenAt: new Date(at), actedBy, reason };
  const key = signingKeyName(publicKey);
  if (digestOf(figures) !== frozen.digest) throw notAsSigned(file, 'its figures are not those of its digest');
  if (!isSignedBy(vouched, frozen))
    throw notAsSigned(file, 'its figures, year, tenant, time, person or reason are not what was signed');
  const rows = JSON.parse(figures) as PlanFigures[];
  if (!partialClasses.some((as) => isDeepStrictEqual(publishedPlans(rows, as), frozen.plans)))
    throw notAsSigned(file, 'its plans are not those of its signed figures');
  if (keyFile !== undefined && publicKeyText(readPublicKey(keyFile)) !== publicKey)
    throw notAsSigned(file, `key ${key} signed it, which is not that of ${keyFile}`);
  const whose =
    keyFile === undefined ? ' Whose key that is, only its owner can say; --key FILE checks it.' : '';
  return `The figures of ${year}${tenant === null ? '' : ` of ${tenant}`}, frozen by ${actedBy} at ${at}, are as key ${key} signed them: all that stands under “frozen” but its changes. What stands beside it is of when the file was written, and is not signed.${whose}`;
}

function notAsSigned(file: string, why: string): CliError {
  return new CliError({
    code: 'NOT_AS_SIGNED',
    message: `${file} is not what was signed: ${why}.`,
    hint: 'Take the file from whom it was published by, or the figures from `pagw report cms --year YEAR -o json`.',
    exitCode: ExitCode.conditionFound,
  });
}

function readFrozen(file: string): z.infer<typeof schema> {
  const hint = 'Give a file that `pagw report cms --year YEAR -o json` wrote of a frozen year.';
  let stated: unknown;
  try {
    stated = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw usageError(`${file} cannot be read as JSON.`, hint);
  }
  const parsed = schema.safeParse(stated);
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  throw usageError(
    `${file} holds no frozen figures: ${fault?.path.join('.') || 'it'}: ${fault?.message}.`,
    hint,
  );
}
