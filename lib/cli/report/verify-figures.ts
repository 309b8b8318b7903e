import { readFileSync } from 'node:fs';
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
import { readPublicKey } from './signing-key.ts';

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
