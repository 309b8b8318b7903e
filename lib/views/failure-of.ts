import { accessFaultOf, DatabaseError } from '../data-access/database-error.ts';
import { UnknownNameError } from '../data-access/known-names.ts';
import { MetadataFilterError } from '../data-access/metadata-search.ts';
import { PagePositionError } from '../data-access/page.ts';
import type { FailureProps } from './parts/notice.tsx';
import { badFilter } from './read-parameters.ts';
import { ViewError } from './view-page.ts';

export interface ViewFailure extends FailureProps {
  /** The HTTP status that says the same. */
  status: number;
}

/** Tables or functions that are not there: undefined_table, undefined_column, undefined_function. */
const SCHEMA_BEHIND = /^42(P01|703|883)$/;

/** What went wrong, for the reader of a view; never the error's own text, unless it was made for readers. */
export function failureOf(error: unknown): ViewFailure {
  if (error instanceof ViewError) return error;
  if (error instanceof PagePositionError)
    return badFilter(
      'The filter “after” is not a position that this list gave out; leave it out to start from the beginning.',
    );
  if (error instanceof UnknownNameError) {
    const { code, message, hint } = error;
    return { status: 404, code, message, hint };
  }
  if (error instanceof MetadataFilterError) {
    return { status: 400, code: 'BAD_FILTER', message: error.message, hint: 'Correct it and search again.' };
  }
  const accessFault = accessFaultOf(error);
  if (accessFault !== undefined) return ACCESS_FAILURES[accessFault];
  if (error instanceof DatabaseError) return databaseFailure(error);
  return {
    status: 500,
    code: 'INTERNAL_ERROR',
    message: 'This view could not be drawn.',
    hint: `The reason is ${error instanceof Error ? error.name : 'unknown'}. Other views may work; please report it.`,
  };
}

const ACCESS_FAILURES: Readonly<Record<'not-signed-in' | 'not-allowed', ViewFailure>> = {
  'not-signed-in': {
    status: 503,
    code: 'NOT_SIGNED_IN',
    message: 'AWS has no valid credentials from here.',
    hint: 'Sign in again (aws sso login); this page comes back by itself.',
  },
  'not-allowed': {
    status: 403,
    code: 'NOT_AUTHORISED',
    message: 'AWS does not let you do that: nothing was done.',
    hint: 'Acting takes the policy …-operate, looking …-look; docs/deploy.md says how they are handed out.',
  },
};

function databaseFailure({ kind, sqlState, retryable }: DatabaseError): ViewFailure {
  if (kind === 'timeout') {
    return {
      status: 503,
      code: 'DATABASE_TIMEOUT',
      message: 'The database took too long to answer.',
      hint: 'It is busy. Choose one tenant or a shorter time, or wait a moment.',
    };
  }
  if (retryable) {
    return {
      status: 503,
      code: 'DATABASE_UNAVAILABLE',
      message: 'The database does not answer.',
      hint: 'Events wait in the queue meanwhile; none is lost. This view comes back by itself once the database does.',
    };
  }
  if (SCHEMA_BEHIND.test(sqlState ?? '')) {
    return {
      status: 503,
      code: 'SCHEMA_BEHIND',
      message: 'The database is older than this program.',
      hint: 'Apply the migrations: `pagw migrate up`.',
    };
  }
  return {
    status: 500,
    code: sqlState === undefined ? 'DATABASE_REFUSED' : `DATABASE_${sqlState}`,
    message: 'The database refused the question.',
    hint: 'Other views may work; please report the code.',
  };
}
