import '../lib/runtime/require-node.ts';
import { writeSchemaDocuments } from '../lib/local/write-schema-documents.ts';

await writeSchemaDocuments();
console.error('Wrote migrations/schema.sql and docs/schema.md');
