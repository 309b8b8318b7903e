import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import type { PublishedPlan } from '../../data-access/published-figures.ts';
import { usageError } from '../cli-error.ts';

const count = z.int().check(z.minimum(0));
const time = z.nullable(z.number().check(z.minimum(0)));
const figures = z.object({
  received: count,
  approved: count,
  denied: count,
  partial: count,
  approvedAfterExtension: count,
  appealed: count,
  approvedAfterAppeal: count,
  inTime: z.nullable(count),
  meanMs: time,
  medianMs: time,
});
const schema = z.object({
  plans: z.array(
    z.object({
      plan: z.string().check(z.minLength(1)),
      standard: figures,
      expedited: figures,
      leftOut: z.object({ drugs: count, withdrawn: count, undecided: count }),
    }),
  ),
});

/** A delegate's figures, as `pagw report cms -o json` gives its own. @throws CliError that names the file and its first fault. */
export function readDelegateFigures(file: string): PublishedPlan[] {
  let stated: unknown;
  try {
    stated = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    throw usageError(
      `${file} cannot be read as JSON.`,
      'Give a file as `pagw report cms -o json` writes it.',
    );
  }
  const parsed = schema.safeParse(stated);
  if (parsed.success) return parsed.data.plans;
  const [fault] = parsed.error.issues;
  throw usageError(
    `${file} holds no figures: ${fault?.path.join('.') || 'it'}: ${fault?.message}.`,
    'Give a file as `pagw report cms -o json` writes it.',
  );
}
