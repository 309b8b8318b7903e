import '../lib/runtime/require-node.ts';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { contractFolder, publishedContract } from './published-contract.ts';

for (const [file, text] of Object.entries(publishedContract())) {
  try {
    // A disk that is full leaves the file as it was, not half a file.
    writeFileSync(new URL(`${file}.new`, contractFolder), text);
    renameSync(new URL(`${file}.new`, contractFolder), new URL(file, contractFolder));
    console.error(`Wrote docs/contract/${file}`);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    rmSync(new URL(`${file}.new`, contractFolder), { force: true });
    console.error(`docs/contract/${file} cannot be written: ${code ?? message}. It is as it was.`);
    process.exitCode = 1;
  }
}
