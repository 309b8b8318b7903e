import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

export interface BundledPackage {
  name: string;
  version: string;
  license: string;
  /** Relative to the root of the source tree. */
  folder: string;
}

/** The packages of which something stands in the bundles, by name. */
function bundledPackages(metafiles: readonly Metafile[], root: string): BundledPackage[] {
  const folders = new Set<string>();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
        const [folder] = /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file) ?? [];
        if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  return [...folders]
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8'));
      return { name, version, license, folder };
    })
    .sort((one, other) => one.name.localeCompare(other.name));
}

/** The licences of all that is bundled, each text once. */
export function noticesOf(metafiles: readonly Metafile[], root: string): string {
  const byText = Map.groupBy(bundledPackages(metafiles, root), ({ folder }) =>
    licenceText(join(root, folder)),
  );
  const parts = [...byText].map(([text, packages]) => {
    const names = packages.map(({ name, version, license }) => `${name} ${version}  ${license}`);
    return `${names.join('\n')}\n\n${text.trim()}\n`;
  });
  return `Parts of these packages are in the bundles of dist/, under their own licences.\n\n${parts.join(`\n${'-'.repeat(80)}\n\n`)}`;
}

function licenceText(folder: string): string {
  const files = readdirSync(folder).filter((name) => /^(licen[cs]e|notice)(\.|$)/i.test(name));
  return files
    .filter((name) => existsSync(join(folder, name)))
    .map((name) => readFileSync(join(folder, name), 'utf8').replaceAll('\r\n', '\n'))
    .join('\n');
}
