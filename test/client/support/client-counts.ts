import type { ClientCounts } from '../../../lib/client/client-counts.ts';

/** delivered + dropped + buffered, which is `called` at any moment. */
export function accountedFor({ delivered, dropped, buffered }: ClientCounts): number {
  return delivered + buffered + Object.values(dropped).reduce((total, count) => total + count, 0);
}
