/** The target of a request (RFC 9112, section 3.2). */
export interface RequestTarget {
  /** `host[:port]` of an absolute target; it takes precedence over the `Host` header. */
  readonly authority: string | undefined;
  /** The path without the query; letters, digits and `-._~` are not encoded. */
  readonly path: string;
}

const absolutePattern = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)/i;

/** Characters that mean the same whether they are encoded or not (RFC 3986, section 2.3). */
const unreserved = /%(?:2[de]|3\d|4[1-9a-f]|5[\daf]|6[1-9a-f]|7[\dae])/gi;
const dotSegment = /\/\.{1,2}(?:\/|$)/;

/**
 * Parses a request target that names a path; returns `undefined` for those of CONNECT and `OPTIONS *`, where the
 * percent-encoding of the path is broken, and where a part of it is `.` or `..`, which some servers resolve and others do
 * not: no route can be found for these.
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  const parsed = split(target);
  if (parsed === undefined || !isDecodable(parsed.path)) return undefined;
  const path = parsed.path.replace(unreserved, decodeURIComponent);
  return dotSegment.test(path) ? undefined : { ...parsed, path };
}

/** Returns the path of a request target; `''` where it names none. */
export function pathOfTarget(target: string): string {
  return parseRequestTarget(target)?.path ?? '';
}

function split(target: string): RequestTarget | undefined {
  if (target.startsWith('/')) return { authority: undefined, path: /^[^?#]*/.exec(target)?.[0] ?? '' };
  const [whole, authority, path = ''] = absolutePattern.exec(target) ?? [];
  return whole === undefined ? undefined : { authority, path: path === '' ? '/' : path };
}

function isDecodable(path: string): boolean {
  if (!path.includes('%')) return true;
  try {
    decodeURIComponent(path);
    return true;
  } catch (error) {
    if (error instanceof URIError) return false;
    throw error;
  }
}
