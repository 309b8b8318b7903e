import { Caution } from './notice.tsx';

/** Says that a report covers some tenants only. */
export function TenantsLeft({ left }: { left: number }) {
  if (left === 0) return <></>;
  return <Caution>{left.toLocaleString('en')} more tenants are not shown; choose one above.</Caution>;
}
