import { createHash } from 'node:crypto';

/** Names what an answer says, so weakly: the same may be written in another way. */
export function weakEtag(content: unknown): string {
  return weakEtagOfJson([JSON.stringify(content)]);
}

/** Returns the etag of content that is JSON already, in pieces. */
export function weakEtagOfJson(json: Iterable<string | Buffer>): string {
  const hash = createHash('sha256');
  for (const piece of json) hash.update(piece);
  return `W/"${hash.digest('base64url').slice(0, 22)}"`;
}

/** RFC 9110, section 13.1.2: one of the listed tags is this one, compared weakly, or any will do. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  const strong = (tag: string) => tag.trim().replace(/^W\//, '');
  return (
    ifNoneMatch !== undefined &&
    ifNoneMatch.split(',').some((tag) => tag.trim() === '*' || strong(tag) === strong(etag))
  );
}
