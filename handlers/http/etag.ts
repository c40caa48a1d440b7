import { createHash } from 'node:crypto';

/** Returns the etag of an answer's content. It is weak, because the same content may be written in another way. */
export function weakEtag(content: unknown): string {
  return weakEtagOfJson([JSON.stringify(content)]);
}

/** Returns the etag of content that is JSON already, given in pieces. */
export function weakEtagOfJson(json: Iterable<string | Buffer>): string {
  const hash = createHash('sha256');
  for (const piece of json) hash.update(piece);
  return `W/"${hash.digest('base64url').slice(0, 22)}"`;
}

/**
 * Returns whether one of the listed tags equals this one, compared weakly, or the list is `*` (RFC 9110, section
 * 13.1.2).
 */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  const strong = (tag: string) => tag.trim().replace(/^W\//, '');
  return (
    ifNoneMatch !== undefined &&
    ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || strong(tag) === strong(etag))
  );
}
