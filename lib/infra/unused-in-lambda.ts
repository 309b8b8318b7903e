/**
 * Where the SDK would look for credentials that Lambda has put into the environment already. It imports each of them
 * only when it gets that far, so they are left out of the bundles, of which they were a fifth.
 */
export const UNUSED_IN_LAMBDA: readonly string[] = [
  '@aws-sdk/credential-provider-http',
  '@aws-sdk/credential-provider-ini',
  '@aws-sdk/credential-provider-login',
  '@aws-sdk/credential-provider-process',
  '@aws-sdk/credential-provider-sso',
  '@aws-sdk/credential-provider-web-identity',
  '@aws-sdk/nested-clients',
  '@aws-sdk/token-providers',
  '@smithy/credential-provider-imds',
];
