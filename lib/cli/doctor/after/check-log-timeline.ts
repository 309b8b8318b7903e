import {
  CloudFormationClient,
  paginateListStackResources,
  type StackResourceSummary,
} from '@aws-sdk/client-cloudformation';
import type { Connection } from '../../connection.ts';
import { type DoctorCheck, fail, notApplicable, pass } from '../doctor-check.ts';

export const checkLogTimeline: DoctorCheck = {
  id: 'log-timeline',
  part: 'after',
  title: 'A timeline can be read from the logs (CloudWatch)',
  needsDatabase: false,
  async run({ connection }) {
    if (connection.kind === 'local')
      return notApplicable('a local stack has no CloudWatch', 'Run it with --stack NAME after deployment.');
    const query = (await resourcesOf(connection)).find(
      ({ ResourceType, LogicalResourceId }) =>
        ResourceType === 'AWS::Logs::QueryDefinition' && /requesttimeline/i.test(LogicalResourceId ?? ''),
    );
    if (query === undefined)
      return fail('the stack has no saved query pagw/request timeline', 'Deploy this version of the stack.');
    return pass(
      'the saved query pagw/request timeline is deployed; run it in Logs Insights with an id of yours',
    );
  },
};

/** With the account and region that the connection's clients have. */
async function resourcesOf({ sqs, name }: Connection): Promise<StackResourceSummary[]> {
  const { region, credentials } = sqs.config;
  const client = new CloudFormationClient({ region, credentials });
  const resources: StackResourceSummary[] = [];
  try {
    for await (const page of paginateListStackResources({ client }, { StackName: name }))
      resources.push(...(page.StackResourceSummaries ?? []));
  } finally {
    client.destroy();
  }
  return resources;
}
