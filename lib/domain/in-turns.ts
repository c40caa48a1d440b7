import { groupBy } from '../group-by.ts';

/** Orders the items so that groups take turns: the first item of each, then the second one of each, and so on. */
export function inTurns<T>(items: Iterable<T>, groupOf: (item: T) => unknown): T[] {
  const groups = [...groupBy(items, groupOf).values()];
  const longest = Math.max(0, ...groups.map(({ length }) => length));
  return Array.from({ length: longest }, (_, turn) =>
    groups.flatMap((group) => group.slice(turn, turn + 1)),
  ).flat();
}
