import type { Database } from '../data-access/database.ts';
import { parseRetryPolicy, type RetryPolicy } from '../domain/retry-policy.ts';
import { parseStageLimits, type StageLimits } from '../domain/stage-limits.ts';
import type { ActPlace, Place } from '../reports/report.ts';
import type { Child, Html } from './jsx-runtime.ts';

/** What a view is drawn from. */
export interface ViewQuestion {
  database: Database;
  parameters: ViewParameters;
  context: ViewContext;
  rules: ViewRules;
}

/** The settings that the flows work by, so that views show the same numbers. */
export interface ViewRules {
  retryPolicy: RetryPolicy;
  stageLimits: StageLimits;
}

/** One view: it asks the database and draws the answer. */
export interface ViewPage {
  /** In the menu and the window's title. */
  title: string;
  /** Its filters beside `tenant`, by the names that addresses and widgets give them. */
  filters: readonly string[];
  /** @throws ViewError when what is asked for makes no sense; DatabaseError when the database does not answer. */
  show(question: ViewQuestion): Promise<Html>;
  /** Where else the question leads, in a shell that can go there by itself; null: it stays. @throws as `show` does. */
  leadsTo?(question: ViewQuestion): Promise<Place | null>;
}

/** What a view is asked for: plain words, as they stand in an address or in a widget's parameters. */
export type ViewParameters = Readonly<Record<string, string>>;

export interface LinkOptions {
  class?: string | undefined;
  /** The page that is shown. */
  current?: boolean;
}

/** How a shell leads from view to view. */
export interface Links {
  link(place: Place, label: Child, options?: LinkOptions): Html;
  /** To where it can be done by hand; a shell that cannot act has none. */
  act?(place: ActPlace, label: Child): Html;
  /** A command for this tracker, to be pasted into a terminal. */
  command(text: string): Html;
  /** To a section of the runbook. */
  runbook?(section: string): Html;
  /** To the rows of a table as JSON: those that are drawn. A shell without addresses has none. */
  download?(table: DrawnTable): Html;
}

/** A table as it is drawn. */
export interface DrawnTable {
  caption: string;
  rows: readonly object[];
  /** What counts of a row; absent: all of it. */
  fields?: readonly string[] | undefined;
}

/** What every view needs beside its data. */
export interface ViewContext {
  now: Date;
  /** The zone that times are shown in: `UTC`, or another by its IANA name. */
  zone: string;
  /** Null: all of them. */
  tenant: string | null;
  links: Links;
  /** How much one view may show. A widget's answer is small; a page's is not. */
  limits: ViewLimits;
}

export interface ViewLimits {
  groups: number;
  requests: number;
  events: number;
}

/** What a view could not show, in words for its reader. It repeats nothing of what was asked. */
export class ViewError extends Error {
  override readonly name = 'ViewError';
  /** The HTTP status that says the same. */
  readonly status: number;
  readonly code: string;
  readonly hint: string;

  constructor(status: number, code: string, message: string, hint: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.hint = hint;
  }
}

interface RuleSettings {
  RETRY_POLICY?: string | undefined;
  STUCK_LIMITS?: string | undefined;
}

/** The rules as the flows' own settings state them. @throws Error that lists every fault. */
export function readRules(settings: RuleSettings): ViewRules {
  return {
    retryPolicy: parseRetryPolicy(settings.RETRY_POLICY),
    stageLimits: parseStageLimits(settings.STUCK_LIMITS),
  };
}
