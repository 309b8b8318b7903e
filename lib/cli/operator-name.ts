/** Who acts, for the record: what PAGW_OPERATOR says, else the login on this machine. */
export function operatorName(env: Readonly<Record<string, string | undefined>>): string {
  return [env.PAGW_OPERATOR, env.USER, env.LOGNAME].find((name) => name?.trim())?.trim() ?? 'unknown';
}
