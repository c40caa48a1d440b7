/** The target of a request (RFC 9112, section 3.2). */
export interface RequestTarget {
  /** `host[:port]` of an absolute target; it takes precedence over the `Host` header. */
  readonly authority: string | undefined;
  /** The path without the query. */
  readonly path: string;
}

const absolutePattern = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)([^?#]*)/i;

/** Parses a request target of any form except that of CONNECT; returns `undefined` if it is invalid. */
export function parseRequestTarget(target: string): RequestTarget | undefined {
  if (target === '*') return { authority: undefined, path: target };
  if (target.startsWith('/')) return { authority: undefined, path: /^[^?#]*/.exec(target)?.[0] ?? '' };
  const [whole, authority, path = ''] = absolutePattern.exec(target) ?? [];
  return whole === undefined ? undefined : { authority, path: path === '' ? '/' : path };
}
