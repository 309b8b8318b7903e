import { afterAll, vi } from 'vitest';

// Files of the fast tier take turns in a process, so that each module is loaded once: what one stubs ends with it.
afterAll(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.unstubAllEnvs();
});
