/** Mutants that no test can tell from the original, and why. */
export const explanations: readonly { of: string; code: string; change?: string; why: string }[] = [];
