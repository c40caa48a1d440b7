import type { NextVisit } from './visit.ts';

/** A kind of site, and who comes there for what. */
export interface Site {
  readonly name: string;
  /** The hour of the day, UTC, around which most come. */
  readonly peakHour: number;
  /** Makes what picks the kind of the next visitor. The same numbers give the same visits. */
  visits(random: () => number): () => NextVisit;
}
