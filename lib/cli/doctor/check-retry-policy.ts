import { parseRetryPolicy } from '../../domain/retry-policy.ts';
import { type DoctorCheck, fail, pass } from './doctor-check.ts';

export const checkRetryPolicy: DoctorCheck = {
  id: 'retry-policy',
  part: 'tracker',
  title: 'The retry policy is valid',
  needsDatabase: false,
  async run({ connection }) {
    try {
      const policy = parseRetryPolicy(connection.retryPolicy);
      const { baseSeconds, factor, capSeconds, maxAttempts } = policy;
      const own = connection.retryPolicy === undefined ? 'default' : 'configured';
      return pass(
        `${own}: ${maxAttempts} attempts, ${baseSeconds} s growing × ${factor} up to ${capSeconds} s, ${policy.stages.size} stage rules`,
      );
    } catch (error) {
      return fail(
        error instanceof Error ? error.message : 'unreadable',
        'Correct RETRY_POLICY and deploy it.',
      );
    }
  },
};
