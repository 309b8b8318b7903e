import { DataApiError } from './data-api-error.ts';
import type { TypedValue } from './typed-query.ts';

interface Hint {
  typeId: number;
  format: RegExp;
  accepted: string;
}

const HINTS: Readonly<Record<string, Hint>> = {
  DATE: { typeId: 1082, format: /^\d{4}-\d{2}-\d{2}$/, accepted: 'YYYY-MM-DD' },
  DECIMAL: { typeId: 1700, format: /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/, accepted: 'a decimal number' },
  JSON: { typeId: 3802, format: /^/, accepted: 'JSON text' },
  TIME: { typeId: 1083, format: /^\d{2}:\d{2}:\d{2}(\.\d{1,9})?$/, accepted: 'HH:MM:SS[.FFF]' },
  TIMESTAMP: {
    typeId: 1114,
    format: /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}(\.\d{1,9})?$/,
    accepted: 'YYYY-MM-DD HH:MM:SS[.FFF]',
  },
  UUID: { typeId: 2950, format: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i, accepted: 'a UUID' },
};

/** A string bound with the type its hint names. @throws DataApiError when the string has not the hint's format. */
export function readHinted(name: string, typeHint: unknown, text: string): TypedValue {
  const hint = HINTS[String(typeHint)];
  if (hint === undefined) {
    throw new DataApiError(
      'ValidationException',
      `Type hint of parameter ${name} must be one of ${Object.keys(HINTS).join(', ')}.`,
    );
  }
  if (!hint.format.test(text) || text.includes('\0')) {
    throw new DataApiError(
      'ValidationException',
      `Parameter ${name} with type hint ${typeHint} must be ${hint.accepted}.`,
    );
  }
  return { typeId: hint.typeId, value: text };
}
