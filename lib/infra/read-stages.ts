import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineStage, type StageDefinition } from './define-stage.ts';
import { STAGES, type StageSettings } from './stages.ts';

/** The file beside cdk.json whose default export holds the stages by name. */
const FILES = ['pagw.config.ts', 'pagw.config.js', 'pagw.config.mjs'];
/** What the context of cdk.json or cdk.context.json may hold instead: stages by name, each as `defineStage` takes it. */
const CONTEXT = 'pagw:stages';

/**
 * The stages of the project in `folder`: of its pagw.config.ts, else of its context, else `dev` and `prod` as they come.
 * @throws Error in one sentence when they are in both places, or cannot be right
 */
export async function readStages(folder: string): Promise<Readonly<Record<string, StageSettings>>> {
  const file = FILES.map((name) => resolve(folder, name)).find((path) => existsSync(path));
  const context = contextIn(folder);
  if (file === undefined) return context === undefined ? STAGES : stagesOfContext(context);
  if (context !== undefined)
    throw new Error(`Stages are in ${file} and in the context '${CONTEXT}': keep one of them.`);
  const { default: stages } = await import(pathToFileURL(file).href);
  if (!isRecord(stages) || !Object.values(stages).every(isRecord))
    throw new Error(`${file} must have stages by name as its default export, each made by defineStage.`);
  return stages as Record<string, Record<string, unknown>> as unknown as Record<string, StageSettings>;
}

function contextIn(folder: string): unknown {
  const read = (name: string): Record<string, unknown> => {
    const path = resolve(folder, name);
    return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
  };
  const { context } = read('cdk.json');
  return read('cdk.context.json')[CONTEXT] ?? (isRecord(context) ? context[CONTEXT] : undefined);
}

function stagesOfContext(context: unknown): Record<string, StageSettings> {
  if (!isRecord(context)) throw new Error(`The context '${CONTEXT}' must hold stages by name.`);
  return Object.fromEntries(
    Object.entries(context).map(([stage, definition]) => {
      if (!isRecord(definition)) throw new Error(`Stage '${stage}' must be an object.`);
      try {
        return [stage, defineStage(definition as unknown as StageDefinition)];
      } catch (error) {
        throw new Error(`Stage '${stage}': ${error instanceof Error ? error.message : error}`, {
          cause: error,
        });
      }
    }),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
