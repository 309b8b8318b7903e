/** The archive does not hold what was noted when it was verified. */
export class ArchiveDamagedError extends Error {
  override readonly name = 'ArchiveDamagedError';
}
