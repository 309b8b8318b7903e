import { startDataApi } from '../../lib/local/data-api/start-data-api.ts';
import { answerRequests } from './child.ts';

/** The Data API endpoint in a process of its own, as the service is: its work must not hide in the client's. */
answerRequests(async (postgresUrl: string) => {
  const { hostname, port, username, password } = new URL(postgresUrl);
  const endpoint = await startDataApi({
    port: 0,
    postgres: { host: hostname, port: Number(port), user: username, password },
    defaultDatabase: 'postgres',
    maxConnections: 16,
  });
  return endpoint.url;
});
