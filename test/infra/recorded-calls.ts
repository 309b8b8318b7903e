import type { DeployedBundle } from './deployed-bundles.ts';
import { type Invocation, type InvokeOptions, invokeBundle } from './invoke-bundle.ts';
import type { AwsCall } from './read-call.ts';

/**
 * What bundles asked of AWS, by flow and export, each call once: its name, the variables that name its resources, and
 * `not found` where S3 had no such object. The same whatever the deployment calls its resources.
 */
export class RecordedCalls {
  readonly #calls = new Map<string, Set<string>>();

  /** Invokes a bundle and records what it calls. */
  invoke(
    name: string,
    bundle: DeployedBundle,
    event: unknown,
    options: Omit<InvokeOptions, 'onCall'>,
  ): Promise<Invocation> {
    const calls = this.#calls.get(name) ?? new Set();
    this.#calls.set(name, calls);
    const variables = Object.entries(bundle.environment).map(
      ([variable, deployed]) => [variable, options.local[variable] ?? deployed] as const,
    );
    const onCall = ({ operation, resources, missing }: AwsCall) => {
      const names = resources.map((resource) => nameOf(resource, variables, event));
      calls.add([operation, ...names, ...(missing ? ['not found'] : [])].join(' '));
    };
    return invokeBundle(bundle, event, { ...options, onCall });
  }

  of(name: string): string[] {
    return [...(this.#calls.get(name) ?? [])].sort();
  }
}

function nameOf(
  resource: string,
  variables: readonly (readonly [string, unknown])[],
  event: unknown,
): string {
  const [variable] = variables.find(([, value]) => value === resource) ??
    variables.find(([, value]) => String(value).includes(`"${resource}"`)) ?? [undefined];
  if (variable !== undefined) return variable;
  const [property] = Object.entries(event as object).find(([, value]) => value === resource) ?? [];
  if (property !== undefined) return `event.${property}`;
  throw new Error(`No variable and no property of the event names ${resource}.`);
}
