import { writeFileSync } from 'node:fs';
import { messageJsonSchema } from '../lib/domain/message-json-schema.ts';

const target = new URL('../docs/contract/event-message.schema.json', import.meta.url);
writeFileSync(target, `${JSON.stringify(messageJsonSchema(), null, 2)}\n`);
console.error('Wrote docs/contract/event-message.schema.json');
