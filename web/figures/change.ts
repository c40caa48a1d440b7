/** How a number compares with the one of the period before. */
export type Change =
  | { readonly kind: 'grew' | 'shrank'; readonly share: number }
  | { readonly kind: 'same' }
  /** There was nothing before, so that there is no share to tell. */
  | { readonly kind: 'new' };

export function changeOf(current: number, previous: number): Change {
  if (current === previous) return { kind: 'same' };
  if (previous === 0) return { kind: 'new' };
  const share = (current - previous) / previous;
  return share > 0 ? { kind: 'grew', share } : { kind: 'shrank', share: -share };
}
