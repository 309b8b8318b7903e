/** In a filter by error code or downstream: those of which none is known. */
export const NONE_STATED = '-';
