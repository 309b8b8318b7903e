import { createHash, createPublicKey, type KeyObject, sign, verify } from 'node:crypto';

/** Published figures as somebody vouches for them. */
export interface VouchedFigures {
  year: number;
  /** Null for those of all tenants. */
  tenant: string | null;
  /** JSON, to the letter. */
  figures: string;
  frozenAt: Date;
  actedBy: string;
  reason: string;
}

export interface Signature {
  /** Ed25519: the subject public key info (DER) in base64. */
  publicKey: string;
  /** In base64. */
  signature: string;
}

/** Signs the figures with their year, tenant, time, person and reason: none of them can be another afterwards. */
export function signFigures(vouched: VouchedFigures, privateKey: KeyObject): Signature {
  return {
    publicKey: publicKeyText(privateKey),
    signature: sign(null, statementOf(vouched), privateKey).toString('base64'),
  };
}

/** Whether the key signed exactly this; false also for a key or signature that is none. */
export function isSignedBy(vouched: VouchedFigures, { publicKey, signature }: Signature): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return (
      key.asymmetricKeyType === 'ed25519' &&
      verify(null, statementOf(vouched), key, Buffer.from(signature, 'base64'))
    );
  } catch {
    return false;
  }
}

/** SHA-256 in hex, as the database has it. */
export function digestOf(figures: string): string {
  return createHash('sha256').update(figures, 'utf8').digest('hex');
}

/** The public half, of a private or a public key. */
export function publicKeyText(key: KeyObject): string {
  const half = key.type === 'private' ? createPublicKey(key) : key;
  return half.export({ format: 'der', type: 'spki' }).toString('base64');
}

/** What a person compares: the first 16 hex digits of the public key's SHA-256. */
export function signingKeyName(publicKey: string): string {
  return createHash('sha256').update(Buffer.from(publicKey, 'base64')).digest('hex').slice(0, 16);
}

function statementOf({ year, tenant, figures, frozenAt, actedBy, reason }: VouchedFigures): Buffer {
  const form = 'pagw-published-figures/1';
  const at = frozenAt.toISOString();
  return Buffer.from(JSON.stringify([form, year, tenant, at, actedBy, reason, digestOf(figures)]));
}
