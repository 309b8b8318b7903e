import { NONE_STATED } from '../../data-access/query/none-stated.ts';
import { readText, readWord } from '../read-parameters.ts';
import type { Place, ViewParameters } from '../view-context.ts';
import { type ReportTime, readTime } from './report-time.ts';

/** Which failures: of one stage, for one cause, at one downstream. Null does not narrow; NONE_STATED is the lack of one. */
export interface FailureFilter {
  stage: string | null;
  error: string | null;
  target: string | null;
  openOnly: boolean;
  time: ReportTime;
}

/** @throws ViewError */
export function readFailureFilter(parameters: ViewParameters): FailureFilter {
  return {
    stage: readText(parameters, 'stage'),
    error: readText(parameters, 'error'),
    target: readText(parameters, 'target'),
    openOnly: readWord(parameters, 'open', ['yes']) !== null,
    time: readTime(parameters, '24h'),
  };
}

/** Where the rows of a group of failures stand. */
export function failurePlace(group: {
  tenant: string | null;
  stage: string;
  errorCode: string | null;
  targetSystem: string | null;
  time: ReportTime;
  open: 'yes' | undefined;
}): Place {
  const { tenant, stage, errorCode, targetSystem, time, open } = group;
  const parameters = {
    tenant,
    stage,
    error: errorCode ?? NONE_STATED,
    target: targetSystem ?? NONE_STATED,
    time,
    open,
  };
  return { view: 'failures', parameters };
}
