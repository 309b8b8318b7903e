import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The file a flow's Lambda is bundled from. */
export function flowEntry(flow: string): string {
  return fileURLToPath(new URL(`../../lambdas/${flow}.ts`, import.meta.url));
}

/** Whether the flow's Lambda is written. */
export function hasFlowEntry(flow: string): boolean {
  return existsSync(flowEntry(flow));
}
