import { PortInUseError } from '../../lib/local/postgres/postgres-cluster.ts';
import {
  type PostgresOptions,
  type PostgresServer,
  startPostgres,
} from '../../lib/local/postgres/postgres-server.ts';
import { findFreePorts } from '../local/free-ports.ts';

export const freePort = () => findFreePorts(1);

/** On any port: making the cluster takes seconds, in which somebody else may take the one that was free. */
export async function startPostgresAnywhere(options: Omit<PostgresOptions, 'port'>): Promise<PostgresServer> {
  for (;;) {
    try {
      return await startPostgres({ ...options, port: await freePort() });
    } catch (error) {
      if (!(error instanceof PortInUseError)) throw error;
    }
  }
}
