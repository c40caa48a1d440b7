/** Dimensions whose keys can be looked at one by one. */
export const detailDimensions = ['path', 'agent', 'class', 'status', 'referrer', 'host', 'country'] as const;
export type DetailDimension = (typeof detailDimensions)[number];

/** The key whose details are open: a path with its method, an agent, a status. */
export interface Detail {
  readonly dimension: DetailDimension;
  readonly key: string;
}

/** Paths have at most 2,048 characters. */
const maxKeyLength = 4_096;

/** Reads the details from the text in an address: `path:GET /x`. */
export function readDetail(text: string | null): Detail | undefined {
  if (text === null) return undefined;
  const colon = text.indexOf(':');
  const dimension = detailDimensions.find((dimension) => dimension === text.slice(0, colon));
  const key = text.slice(colon + 1);
  return dimension === undefined || key === '' || key.length > maxKeyLength ? undefined : { dimension, key };
}

export function writeDetail({ dimension, key }: Detail): string {
  return `${dimension}:${key}`;
}

export function isSameDetail(a: Detail | undefined, b: Detail | undefined): boolean {
  return a?.dimension === b?.dimension && a?.key === b?.key;
}
