/**
 * The one word for whatever has no place of its own: made-up stages and tenants beyond the ceiling in metrics, a tenant's
 * causes beyond the largest on the board and among incidents. No tenant is called so: their names are lower case.
 */
export const OTHER = 'OTHER';
