import type { Database } from '../data-access/database.ts';
import type { DecisionPolicy } from '../domain/decision-clock.ts';
import type { RetryPolicy } from '../domain/retry-policy.ts';
import type { StageLimits } from '../domain/stage-limits.ts';
import type { Html } from './html.ts';
import type { ViewContext, ViewParameters } from './view-context.ts';

/** What a view is drawn from. */
export interface ViewQuestion {
  database: Database;
  parameters: ViewParameters;
  context: ViewContext;
  rules: ViewRules;
}

/** The settings that the flows work by, so that views tell the same numbers. */
export interface ViewRules {
  retryPolicy: RetryPolicy;
  stageLimits: StageLimits;
  decisionPolicy: DecisionPolicy;
}

/** One view: it asks the database and draws the answer. */
export interface ViewPage {
  /** In the menu and the window's title. */
  title: string;
  /** Its filters beside `tenant`, by the names that addresses and widgets give them. */
  filters: readonly string[];
  /** @throws ViewError when what is asked for makes no sense; DatabaseError when the database does not answer. */
  show(question: ViewQuestion): Promise<Html>;
}
