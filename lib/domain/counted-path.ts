/** Says whether a path is counted with its query string. */
export type PathQuery = 'keep' | 'drop';

/** Raise it when `drop` would leave another part of a path than before. */
const QUERY_RULES_REVISION = 1;

/**
 * Returns the path up to its query string or its fragment, whichever comes first. Clients send no fragment, but log
 * lines may have one, and some sign-ins put tokens there. An empty path is `/`: RFC 9112, section 3.2.1.
 */
export function withoutQuery(path: string): string {
  const end = path.search(/[?#]/);
  return end < 0 ? path : path.slice(0, end) || '/';
}

/** Part of the rules version; `undefined` if paths are counted with their query strings, the original rule. */
export function pathQueryVersion(pathQuery: PathQuery): string | undefined {
  return pathQuery === 'drop' ? `query.drop.${QUERY_RULES_REVISION}` : undefined;
}
