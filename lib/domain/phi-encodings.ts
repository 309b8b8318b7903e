import { plainForm } from './trade-words.ts';

/** Layers of encoding that are taken off, one after another: JSON in base64 in a URL is three. */
export const mostLayers = 4;
/** Characters looked at for one text in all its forms; a text that unfolds into more is no metadata. */
const mostCharacters = 128 * 1024;

export interface TextForm {
  /** Plain: see plainForm. */
  text: string;
  layer: number;
}

/**
 * A text as it stands, then as each encoding in it reads, layer by layer: percent signs, HTML entities, backslash
 * escapes, quoted-printable, base64, base64url and hexadecimal, of the whole or of a run in it. Bounded in depth and
 * size; null in the end when the bound of size was reached.
 */
export function* formsOf(sent: string, layer = 0): Generator<TextForm | null> {
  const seen = new Set<string>();
  const open: TextForm[] = [{ text: plainForm(sent), layer }];
  let characters = 0;
  for (let form = open.shift(); form; form = open.shift()) {
    if (seen.has(form.text)) continue;
    seen.add(form.text);
    yield form;
    if (form.layer >= mostLayers) continue;
    const unfolded = [unescaped(form.text), ...decodedRuns(form.text)];
    for (const text of unfolded) {
      if (text === form.text) continue;
      characters += text.length;
      if (characters > mostCharacters) {
        yield null;
        return;
      }
      open.push({ text: plainForm(text), layer: form.layer + 1 });
    }
  }
}

const entities: Readonly<Record<string, string>> = {
  ...{
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
    nbsp: ' ',
    sol: '/',
    comma: ',',
    colon: ':',
    hyphen: '-',
  },
};
const backslashed: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Without one layer of the encodings that stand for single characters. */
export function unescaped(text: string): string {
  let plain = text;
  if (plain.includes('%')) {
    plain = plain.replace(/(?:%[\da-f]{2})+/gi, (run) =>
      Buffer.from(run.replaceAll('%', ''), 'hex').toString(),
    );
  }
  if (plain.includes('&')) {
    plain = plain
      .replace(/&#(?:x([\da-f]{1,6})|(\d{1,7}));?/gi, (_, hex, decimal) =>
        character(hex ? parseInt(hex, 16) : +decimal),
      )
      .replace(/&([a-z]{2,6});/g, (entity, name) => entities[name] ?? entity);
  }
  if (plain.includes('\\')) {
    plain = plain.replace(
      /\\(?:u\{?([\da-f]{4,6})\}?|x([\da-f]{2})|([nrt"'/\\]))/gi,
      (_, unicode, byte, sign) =>
        sign === undefined ? character(parseInt(unicode ?? byte, 16)) : (backslashed[sign] ?? sign),
    );
  }
  // A layer of its own: the sign before a number, `%3D21…`, is no quoted-printable.
  if (plain === text && /=[\dA-F]{2}(?:=[\dA-F]{2}|\w)|=\r?\n/.test(plain)) {
    plain = plain
      .replace(/=\r?\n/g, '')
      .replace(/(?:=[\dA-F]{2})+/g, (run) => Buffer.from(run.replaceAll('=', ''), 'hex').toString());
  }
  return plain;
}

function character(point: number): string {
  return point > 0 && point <= 0x10ffff ? String.fromCodePoint(point).toWellFormed() : '';
}

const encodedRun = /[\w+/-]{8,}={0,2}/g;

/** Runs of base64, base64url or hexadecimal in a text that read as text; each with its place. */
export function* encodedRuns(text: string): Generator<{ start: number; end: number; text: string }> {
  for (const { 0: run, index } of text.matchAll(encodedRun)) {
    const place = { start: index, end: index + run.length };
    if (/^(?:0x)?(?:[\da-f]{2}){6,}$/i.test(run)) {
      const decoded = asText(Buffer.from(run.replace(/^0x/, ''), 'hex'));
      if (decoded !== null) yield { ...place, text: decoded };
    }
    const bytes = Buffer.from(run, 'base64');
    const decoded = asText(bytes) ?? asText(fromUtf16(bytes));
    if (decoded !== null) yield { ...place, text: decoded };
    if (!/^[A-Z2-7]{16,}=*$/i.test(run)) continue;
    const other = asText(fromBase32(run));
    if (other !== null) yield { ...place, text: other };
  }
}

/** Of Latin letters in UTF-16, either way round, every other byte is zero. */
function fromUtf16(bytes: Buffer): Buffer {
  if (bytes.length < 10 || (bytes[2] !== 0 && bytes[3] !== 0)) return Buffer.alloc(0);
  const marked = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  const text = marked ? bytes.subarray(2) : bytes;
  const zero = text[1] === 0 ? 1 : 0;
  if (text.length % 2 === 1 || text[zero] !== 0) return Buffer.alloc(0);
  const letters = Buffer.from(text.filter((_, at) => at % 2 !== zero));
  return text.every((byte, at) => at % 2 !== zero || byte === 0) ? letters : Buffer.alloc(0);
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

function fromBase32(run: string): Buffer {
  const bits = [...run.toUpperCase().replace(/=+$/, '')].map((sign) =>
    base32.indexOf(sign).toString(2).padStart(5, '0'),
  );
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
}

function decodedRuns(text: string): string[] {
  const lines = /^[\w+/=-]{8,}(?:\r?\n[\w+/=-]+)+\s*$/.test(text) ? text.replace(/\s+/g, '') : text;
  return [...encodedRuns(lines)].map((run) => run.text);
}

// gzip, zlib at its four levels, zstd, bzip2, xz, zip; PDF, PNG, JPEG, TIFF, GIF.
const document =
  /^(?:H4sI|eJ[w-z]|eN[o-r]|eA[E-H]|eF[4-7]|KLUv|QlpoO|\/Td6WF|UEsDB|JVBERi0|iVBORw0KGgo|\/9j\/|SUkqA|R0lGOD)[\w+/=-]{24,}/;
const documentInHex =
  /^(?:0x|\\x)?(?:1f8b08|789c|78da|7801|785e|28b52ffd|425a68|fd377a58|504b0304|25504446|89504e47|ffd8ff|47494638)[\da-f]{32,}$/i;

/** Whether a text is a packed file, a picture or a PDF in base64 or hexadecimal: nobody can say what it shows. */
export function isPackedDocument(text: string): boolean {
  const bare = text.replace(/^data:[\w/+.-]{1,64}(?:;[\w=.-]{1,40})?;base64,/, '');
  if (document.test(bare)) return true;
  return documentInHex.test(bare) && !isDigestLength(bare.length);
}

/** Of MD5 to SHA-512: a digest may begin as a packed file does. */
function isDigestLength(length: number): boolean {
  return [32, 40, 56, 64, 96, 128].includes(length);
}

/** The text that bytes are; null when they are none. Short ones must be in plain letters: chance makes others. */
function asText(bytes: Buffer): string | null {
  if (bytes.length < 5) return null;
  for (const byte of bytes.subarray(0, 4))
    if (byte < 9 || (byte > 13 && byte < 32) || byte > 0xf4) return null;
  const text = bytes.toString('utf8');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: binary data is known by them.
  if (/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\ufffd]/.test(text)) return null;
  return bytes.length >= 24 || /^[\t\r\n -~\u00c0-\u024f]+$/.test(text) ? text : null;
}
