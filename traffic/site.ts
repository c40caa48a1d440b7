import type { NextVisit } from './visit.ts';

/** A kind of site, with its visitors. */
export interface Site {
  readonly name: string;
  /** The hour of the day, UTC, with the most visitors. */
  readonly peakHour: number;
  /** Returns a function that picks the kind of the next visitor. The same numbers give the same visits. */
  visits(random: () => number): () => NextVisit;
}
