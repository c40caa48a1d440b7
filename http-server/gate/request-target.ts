/** The target of a request (RFC 9112, section 3.2). */
export interface RequestTarget {
  /** `host[:port]` of an absolute target; it takes precedence over the `Host` header. */
  readonly authority: string | undefined;
  /** The path without the query. */
  readonly path: string;
}

const absolutePattern = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)/i;

/**
 * Parses a request target that names a path; returns `undefined` for those of CONNECT and `OPTIONS *`, and where the
 * percent-encoding of the path is broken, since no route can be found for these.
 */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  const parsed = split(target);
  return parsed !== undefined && isDecodable(parsed.path) ? parsed : undefined;
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
