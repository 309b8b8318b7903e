/** For `vi.waitFor` and `vi.waitUntil`, which give up after a second: a busy machine may take many times that. */
export const PATIENTLY = { timeout: 600_000, interval: 20 };
