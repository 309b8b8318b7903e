import * as z from 'zod';
import { messageSchema } from './event-contract.ts';

/** JSON Schema 2020-12 of what producers send, from the very definition that validates it. */
export function messageJsonSchema(): object {
  return z.toJSONSchema(messageSchema, { target: 'draft-2020-12', io: 'input' });
}
