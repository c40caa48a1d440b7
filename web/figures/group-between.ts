/** Windows between two consecutive edges. */
export interface Between<Window> {
  readonly from: number;
  readonly to: number;
  readonly within: readonly Window[];
}

/**
 * Groups windows by the consecutive edges between which they start.
 * @param edges    in order
 * @param windows  each within two edges, in any order
 */
export function groupBetween<Window extends { readonly start: number }>(
  edges: readonly number[],
  windows: readonly Window[],
): Between<Window>[] {
  const inOrder = [...windows].sort((a, b) => a.start - b.start);
  let next = 0;
  return edges.slice(0, -1).map((from, index) => {
    const to = edges[index + 1] ?? from;
    const within: Window[] = [];
    for (let window = inOrder[next]; window !== undefined && window.start < to; window = inOrder[++next]) {
      if (window.start >= from) within.push(window);
    }
    return { from, to, within };
  });
}
