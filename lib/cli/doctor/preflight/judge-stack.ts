/** What to do before the next deployment of a stack in `status`; undefined when the deployment itself can go on from there. */
export function judgeStack(name: string, status: string): string | undefined {
  // The CDK goes on with a stack that was only prepared; one whose creation was rolled back it deletes, and makes anew.
  if (status === 'ROLLBACK_COMPLETE' || status === 'REVIEW_IN_PROGRESS') return undefined;
  if (status.endsWith('_IN_PROGRESS')) return 'Wait until it has ended, then look again.';
  if (status === 'UPDATE_ROLLBACK_FAILED')
    return `Mend what its events name, then \`aws cloudformation continue-update-rollback --stack-name ${name}\`.`;
  if (/^(CREATE|ROLLBACK|DELETE)_FAILED$/.test(status))
    return `Mend what its events name, then \`aws cloudformation delete-stack --stack-name ${name}\`: nothing in it has been in use yet, or all of it was to go.`;
  return undefined;
}
