/** What the process ends with; scripts rely on it. */
export const ExitCode = {
  fine: 0,
  failure: 1,
  cancelled: 2,
  notAuthorised: 4,
  notFound: 5,
  /** A check found what it looks for. */
  conditionFound: 10,
  usage: 64,
  interrupted: 130,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];
