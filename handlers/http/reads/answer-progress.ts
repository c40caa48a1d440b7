import type { AnswerProgress } from '../../../lib/domain/completeness.ts';

export type Said = Pick<AnswerProgress, 'countedThrough' | 'waiting'>;

/** Returns the fields of a JSON answer that say how current it is; `waiting` is absent if it is unknown. */
export function progressFields({ countedThrough, waiting }: Said): {
  readonly countedThrough: string | null;
  readonly waiting: number | undefined;
} {
  return { countedThrough: countedThrough?.toISOString() ?? null, waiting };
}

/** Returns `countedThrough` as a header, which a 304 also has; absent if it is not known. */
export function progressHeaders({ countedThrough }: Said): Readonly<Record<string, string>> {
  return countedThrough === undefined ? {} : { 'x-counted-through': countedThrough.toISOString() };
}

/** Returns `countedThrough` as a cell of CSV; empty if it is not known. */
export function progressCell({ countedThrough }: Said): string {
  return countedThrough?.toISOString() ?? '';
}
