import { readServerVersion } from '../../data-access/query/server-version.ts';
import { countText, tookText } from '../output/time-text.ts';
import { type DoctorCheck, fail, pass } from './doctor-check.ts';

const LEAST_VERSION = 17;
const SKEW_ALLOWED_MS = 60_000;

export const checkDatabase: DoctorCheck = {
  id: 'database-reachable',
  part: 'tracker',
  title: 'The database answers',
  needsDatabase: false,
  async run({ database }) {
    const began = performance.now();
    await readServerVersion(database);
    return pass(`answered in ${countText(Math.round(performance.now() - began))} ms through the Data API`);
  },
};

export const checkVersions: DoctorCheck = {
  id: 'versions',
  part: 'tracker',
  title: 'PostgreSQL and Node are recent enough, clocks agree',
  needsDatabase: true,
  async run({ database }) {
    const { version, serverTime } = await readServerVersion(database);
    const evidence = `PostgreSQL ${version}, Node ${process.versions.node}`;
    if (Number.parseInt(version, 10) < LEAST_VERSION)
      return fail(evidence, `Upgrade the cluster to PostgreSQL ${LEAST_VERSION} or newer.`);
    const skewMs = Math.abs(serverTime.getTime() - Date.now());
    if (skewMs > SKEW_ALLOWED_MS)
      return fail(`${evidence}; clocks ${tookText(skewMs)} apart`, "Set this machine's clock by NTP.");
    return pass(evidence);
  },
};
