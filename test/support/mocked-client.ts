import { mockClient } from 'aws-sdk-client-mock';
import { afterAll } from 'vitest';

/**
 * aws-sdk-client-mock's double of a client, or of every client of a class, for as long as the test file runs: files
 * share a process, and what is left in a class would answer the next one.
 */
export const mockedClient: typeof mockClient = (client) => {
  const mocked = mockClient(client);
  afterAll(() => mocked.restore());
  return mocked;
};
