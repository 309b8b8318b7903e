import type * as z from 'zod/mini';
import { jsonPointer } from './json-pointer.ts';
import type { Fault } from './rejection.ts';
import { isBlank } from './stated-values.ts';

/** The contract's first objection to one event, in the words of a rejection. */
export function contractFault(error: z.core.$ZodError, event: unknown): Fault {
  const issue = error.issues[0];
  if (!issue) return { code: 'FIELD_INVALID', path: '', rule: 'contract' };
  const path = jsonPointer(issue.path);
  if (issue.path.length > 0 && isBlank(valueAt(event, issue.path))) {
    return { code: 'FIELD_MISSING', path, rule: 'required' };
  }
  return { code: 'FIELD_INVALID', path, ...ruleAndHint(issue) };
}

function ruleAndHint(issue: z.core.$ZodIssue): { rule: string; hint?: string } {
  switch (issue.code) {
    case 'invalid_type':
      return { rule: 'type', hint: issue.expected === 'object' ? 'Send a JSON object.' : issue.message };
    case 'too_big':
      return issue.origin === 'string'
        ? { rule: 'max-length', hint: `Send at most ${issue.maximum} characters.` }
        : { rule: 'range', hint: `Send at most ${issue.maximum}.` };
    case 'too_small':
      return { rule: 'range', hint: `Send at least ${issue.minimum}.` };
    case 'invalid_format':
      return { rule: 'no-control-characters', hint: issue.message };
    case 'custom':
      return { rule: String(issue.params?.rule ?? 'contract'), hint: issue.message };
    case 'invalid_union':
      return { rule: 'one-of', hint: issue.message };
    default:
      return { rule: 'contract' };
  }
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside !== null && Object.hasOwn(inside, key)
        ? (inside as Record<PropertyKey, unknown>)[key]
        : undefined,
    value,
  );
}
