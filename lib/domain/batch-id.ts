/**
 * The id of a batch of one customer. Two batches with one id are one batch. An id from the client (`key`) and one
 * derived from the batch (`payload`) never match, even if their texts are equal.
 */
export interface BatchId {
  /** The text that clients see: the idempotency key, or `sha256-` and 64 hexadecimal digits. */
  readonly text: string;
  readonly origin: 'key' | 'payload';
}

const printableAscii = /^[\x20-\x7e]{1,255}$/;
const derivedText = /^sha256-[0-9a-f]{64}$/;

/**
 * Returns the id for an idempotency key, or `undefined` unless it has 1–255 printable ASCII characters. The quotes of
 * a structured-field string are not part of it: `"k"` and `k` are one key
 * (draft-ietf-httpapi-idempotency-key-header).
 */
export function batchIdFromKey(header: string): BatchId | undefined {
  const trimmed = header.trim();
  const isQuoted = trimmed.length >= 2 && trimmed.startsWith('"') && trimmed.endsWith('"');
  return givenId(isQuoted ? trimmed.slice(1, -1) : trimmed);
}

/**
 * Returns the ids that clients see as this text. There can be two, because a client may have sent a key that looks
 * like a derived id.
 */
export function batchIdsSeenAs(text: string): BatchId[] {
  const derived: BatchId | undefined = derivedText.test(text) ? { text, origin: 'payload' } : undefined;
  return [derived, givenId(text)].filter((id) => id !== undefined);
}

/** Returns the id of a batch without a key, from its hash: equal payloads of one customer and source are one batch. */
export function batchIdFromPayload(hash: string): BatchId {
  return { text: `sha256-${hash}`, origin: 'payload' };
}

const visibleAscii = /^[\x21-\x7e]{1,255}$/;

/** Reports whether a text can name the source of a batch: 1–255 visible ASCII characters. */
export function isSource(text: string): boolean {
  return visibleAscii.test(text);
}

function givenId(text: string): BatchId | undefined {
  return printableAscii.test(text) ? { text, origin: 'key' } : undefined;
}
