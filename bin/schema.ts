import './require-node.ts';
import { writeFileSync } from 'node:fs';
import { contractFolder, publishedContract } from './published-contract.ts';

for (const [file, text] of Object.entries(publishedContract())) {
  writeFileSync(new URL(file, contractFolder), text);
  console.error(`Wrote docs/contract/${file}`);
}
