import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod/mini';
import { planKey } from '../../domain/decision-clock.ts';
import type { PublishedFigures } from '../../domain/published-plans.ts';
import type { DelegateFigures } from '../../reports/cms.ts';
import { usageError } from '../cli-error.ts';

const count = z.int().check(z.minimum(0));
const time = z.nullable(z.number().check(z.minimum(0)));
const figures = z.object({
  decided: z.optional(count),
  received: count,
  approved: count,
  denied: count,
  partial: count,
  approvedAfterExtension: count,
  appealed: count,
  appealsDecided: z.optional(count),
  approvedAfterAppeal: count,
  inTime: z.nullable(count),
  meanMs: time,
  medianMs: time,
});
const name = z.string().check(z.trim(), z.minLength(1));
const schema = z.object({
  delegate: z.optional(name),
  year: z.optional(z.int()),
  // A file of no plans would silence the caution that its delegate's figures are missing.
  plans: z
    .array(
      z.object({
        plan: name,
        standard: figures,
        expedited: figures,
        leftOut: z.object({ drugs: count, withdrawn: count, undecided: count }),
      }),
    )
    .check(z.minLength(1)),
});

/**
 * Delegates' figures, each in a file as `pagw report cms -o json` gives its own, which may name its `delegate` and `year`.
 * @throws CliError that names the file and its first fault.
 */
export function readDelegateFigures(files: readonly string[], year: number | undefined): DelegateFigures[] {
  const all = files.map((file) => ({ file, ...readFigures(file) }));
  for (const [place, { file, delegate, year: ofYear, plans }] of all.entries()) {
    const former = all
      .slice(0, place)
      .find((one) =>
        delegate === undefined
          ? isDeepStrictEqual(one.plans, plans)
          : one.delegate?.toLowerCase() === delegate.toLowerCase(),
      );
    if (former !== undefined)
      throw usageError(
        delegate === undefined
          ? `${file} holds the same figures as ${former.file}.`
          : `${file} and ${former.file} both hold the figures of ${delegate}.`,
        'Give the figures of each delegate once.',
      );
    if (year !== undefined && ofYear !== undefined && ofYear !== year)
      throw usageError(
        `${file} holds the figures of ${ofYear}, not of ${year}.`,
        'Give those of the same year.',
      );
    const twice = plans.find(({ plan }, at) =>
      plans.slice(0, at).some((one) => planKey(one.plan) === planKey(plan)),
    );
    if (twice !== undefined)
      throw usageError(`${file} holds plan ${twice.plan} twice.`, 'Give each plan once.');
    for (const { plan, standard, expedited } of plans)
      for (const [name, one] of Object.entries({ standard, expedited })) {
        const fault = faultOf(one);
        if (fault !== undefined)
          throw usageError(
            `${file}: the ${name} figures of plan ${plan} do not add up: ${fault}.`,
            'Ask the delegate for figures that do.',
          );
      }
  }
  return all.map(({ delegate, plans }) => ({ delegate, plans }));
}

/** Why figures cannot be right, whatever was counted. */
function faultOf({ approved, denied, partial, ...figures }: PublishedFigures): string | undefined {
  const { inTime, approvedAfterExtension, approvedAfterAppeal, appealed, appealsDecided } = figures;
  const { meanMs, medianMs } = figures;
  const decided = approved + denied + partial;
  const stated = (figures as { decided?: unknown }).decided;
  if (stated !== undefined && stated !== decided)
    return `approved, denied and partial are ${decided}, decided is ${String(stated)}`;
  if ((inTime ?? 0) > decided) return `inTime is ${inTime}, of ${decided} decided`;
  if (approvedAfterExtension > approved)
    return `approvedAfterExtension is ${approvedAfterExtension}, of ${approved} approved`;
  if (approvedAfterAppeal > (appealsDecided ?? approvedAfterAppeal))
    return `approvedAfterAppeal is ${approvedAfterAppeal}, of ${appealsDecided} appeals decided`;
  if (approvedAfterAppeal > 0 && appealed === 0 && denied + partial === 0)
    return `approvedAfterAppeal is ${approvedAfterAppeal}, and nothing was denied or appealed`;
  if (decided === 0 && (meanMs !== null || medianMs !== null)) return 'nothing was decided, in no time';
  return decided > 0 && meanMs === null ? 'what was decided has no meanMs' : undefined;
}

function readFigures(file: string): z.infer<typeof schema> {
  let stated: unknown;
  try {
    stated = JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
  } catch {
    throw usageError(
      `${file} cannot be read as JSON.`,
      'Give a file as `pagw report cms -o json` writes it.',
    );
  }
  const parsed = schema.safeParse(stated);
  if (parsed.success) return parsed.data;
  const [fault] = parsed.error.issues;
  throw usageError(
    `${file} holds no figures: ${fault?.path.join('.') || 'it'}: ${fault?.message}.`,
    'Give a file as `pagw report cms -o json` writes it.',
  );
}
