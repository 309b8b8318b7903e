import { readFileSync } from 'node:fs';

// Imported first by every program, so that one that runs on too old a Node says so, instead of failing somewhere.
const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
const oldest = Number(/\d+/.exec(engines.node)?.[0]);

if (Number(process.versions.node.split('.')[0]) < oldest) {
  process.stderr.write(
    `This needs Node ${oldest} or newer, and runs on ${process.versions.node}. Install the one that .nvmrc names (nvm install); on Linux and Windows npm ci brings it for npm's scripts.\n`,
  );
  process.exit(1);
}
