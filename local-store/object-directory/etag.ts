import { hash } from 'node:crypto';

/** Returns the etag of a content: 132 bits of its SHA-256. Equal contents have equal etags, whoever wrote them. */
export function etagOf(body: Uint8Array): string {
  return hash('sha256', body, 'base64url').slice(0, 22);
}
