import type { AnswerProgress } from '../../../lib/domain/completeness.ts';

export type Said = Pick<AnswerProgress, 'countedThrough' | 'waiting'>;

/** Returns the fields with which a JSON answer describes itself; `waiting` is left out where it is unknown. */
export function progressFields({ countedThrough, waiting }: Said): {
  readonly countedThrough: string | null;
  readonly waiting: number | undefined;
} {
  return { countedThrough: countedThrough?.toISOString() ?? null, waiting };
}

/** Returns `countedThrough` as a header, which a 304 has as well; absent where it is not known. */
export function progressHeaders({ countedThrough }: Said): Readonly<Record<string, string>> {
  return countedThrough === undefined ? {} : { 'x-counted-through': countedThrough.toISOString() };
}

/** Returns `countedThrough` as a cell of CSV; empty where it is not known. */
export function progressCell({ countedThrough }: Said): string {
  return countedThrough?.toISOString() ?? '';
}
