/** Comparison of a number with the previous period's. */
export type Change =
  | { readonly kind: 'grew' | 'shrank'; readonly share: number }
  | { readonly kind: 'same' }
  /** The previous period had no requests, so a percentage makes no sense. */
  | { readonly kind: 'new' };

export function changeOf(current: number, previous: number): Change {
  if (current === previous) return { kind: 'same' };
  if (previous === 0) return { kind: 'new' };
  const share = (current - previous) / previous;
  return share > 0 ? { kind: 'grew', share } : { kind: 'shrank', share: -share };
}
