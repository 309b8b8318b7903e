/** An id, a reference or a correlation id in what somebody pasted. */
export function requestNamed(pasted: string): string {
  const text = pasted.trim();
  return idInAddress(text) ?? ID.exec(text)?.[0] ?? trimMarks(text);
}

/** Ids as the pipeline makes them; one that is part of a longer name is none. */
const ID = /(?<![\w./-])PAGW-[A-Z0-9][A-Z0-9_-]*(?![\w/-]|[.:]\w)/i;
const ADDRESS = /^[("'<[]*(https?:\/\/|\/)\S+$/i;

export function isAddress(text: string): boolean {
  return ADDRESS.test(text.trim());
}

/** What an address asks for by `id` or `q`, or else its last step. */
function idInAddress(text: string): string | undefined {
  const address = isAddress(text) ? URL.parse(trimMarks(text), 'http://localhost') : null;
  if (address === null) return undefined;
  const { searchParams, pathname } = address;
  const named = searchParams.get('id') ?? searchParams.get('q') ?? pathname.split('/').findLast(Boolean);
  return named && trimMarks(decode(named));
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Without quotes, brackets and stops around; those within belong to the name. */
export function trimMarks(text: string): string {
  return text.replace(/^[\s"'“”‘’`<([{,;:#]+/, '').replace(/[\s"'“”‘’`>)\]},;:.!?]+$/, '');
}
