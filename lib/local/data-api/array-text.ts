/** Reads PostgreSQL's text of a one-dimensional array: `{a,"b,c",NULL}`. */
export function readArrayText(text: string): (string | null)[] | 'multidimensional' {
  // An array that does not begin at 1 writes its bounds first: `[0:1]={a,b}`.
  const from = text.indexOf('{') + 1;
  const body = text.slice(from, -1);
  if (body.startsWith('{')) return 'multidimensional';
  const elements: (string | null)[] = [];
  for (const [, quoted, plain] of body.matchAll(/"((?:[^"\\]|\\.)*)"|([^",]+)/gs)) {
    if (quoted !== undefined) elements.push(quoted.replace(/\\(.)/gs, '$1'));
    else elements.push(plain === 'NULL' ? null : (plain ?? null));
  }
  return elements;
}
