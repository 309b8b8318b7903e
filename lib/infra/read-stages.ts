import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineStage, type StageDefinition } from './stage-settings.ts';
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
  const [file, ...others] = FILES.map((name) => resolve(folder, name)).filter((path) => existsSync(path));
  if (others.length > 0)
    throw new Error(`Stages are in ${[file, ...others].join(' and in ')}: keep one of them.`);
  const context = contextIn(folder);
  if (file === undefined) return context === undefined ? STAGES : stagesOfContext(context);
  if (context !== undefined)
    throw new Error(`Stages are in ${file} and in the context '${CONTEXT}': keep one of them.`);
  const { default: stages } = await import(pathToFileURL(file).href);
  if (!isRecord(stages) || Object.keys(stages).length === 0 || !Object.values(stages).every(isRecord))
    throw new Error(`${file} must have stages by name as its default export, each made by defineStage.`);
  return stages as Record<string, Record<string, unknown>> as unknown as Record<string, StageSettings>;
}

/** @throws Error in one sentence when a file is no object, or both state stages */
function contextIn(folder: string): unknown {
  const [app, own] = ['cdk.json', 'cdk.context.json'].map((name) => objectIn(resolve(folder, name)));
  const ofApp = isRecord(app?.context) ? app.context[CONTEXT] : undefined;
  const stated = own?.[CONTEXT];
  if (ofApp !== undefined && stated !== undefined)
    throw new Error(`'${CONTEXT}' is in cdk.json and in cdk.context.json: keep one of them.`);
  return stated ?? ofApp;
}

function objectIn(path: string): Record<string, unknown> {
  if (!existsSync(path)) return {};
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isRecord(value)) return value;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw new Error(`${path} must be a JSON object.`);
}

function stagesOfContext(context: unknown): Record<string, StageSettings> {
  if (!isRecord(context) || Object.keys(context).length === 0)
    throw new Error(`The context '${CONTEXT}' must hold stages by name.`);
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
