import type * as z from 'zod/mini';
import './english-messages.ts';

/**
 * Reads a setting given as JSON text, all of it optional: blank or absent reads as `{}`.
 * @param name what the setting is called in a sentence, as in `stuck limits`.
 * @throws Error with one sentence that lists every fault by its path.
 */
export function parseSetting<Schema extends z.ZodMiniType>(
  name: string,
  json: string | undefined,
  schema: Schema,
): z.infer<Schema> {
  const parsed = schema.safeParse(json?.trim() ? parseJson(name, json) : {});
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'setting'}: ${message}`);
  throw new Error(`The ${name} are not valid; correct ${faults.join('; ')}.`);
}

function parseJson(name: string, json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (cause) {
    throw new Error(`The ${name} are not JSON; send an object, or leave the setting out.`, { cause });
  }
}
