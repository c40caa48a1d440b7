import type { Range, Unit } from '../period/period.ts';

/** Colour and pattern of a series. The same look always means the same thing. */
export type Look =
  | 'amount'
  | '2xx'
  | '3xx'
  | '4xx'
  | '5xx'
  | 'other'
  | 'no-status'
  | 'before'
  | 'p50'
  | 'p95'
  | 'p99';

/** Amounts of one kind over time. */
export interface Series {
  readonly name: string;
  readonly look: Look;
  /** A value for each span of the chart; `null` where there is none, or it is not known. */
  readonly values: readonly (number | null)[];
}

/** A time that is marked in a chart. */
export interface Mark extends Range {
  /** Tells the user why. */
  readonly text: string;
}

/** Everything that a chart shows. */
export interface ChartContent {
  readonly unit: Unit;
  readonly zone: string;
  readonly range: Range;
  /** Consecutive spans of time, whole units except for the first and the last one. */
  readonly spans: readonly Range[];
  /** Series that stand on each other, from the lowest to the highest. */
  readonly stacked: readonly Series[];
  /** Series that are drawn as lines. */
  readonly lines: readonly Series[];
  /** Parts of the range whose values are not known yet. */
  readonly unknown: readonly Range[];
  /** Times in which traffic was not as usual. */
  readonly marks?: readonly Mark[];
  /** The part of the range that is not complete yet. */
  readonly incomplete: Range | undefined;
  /** Describes the chart to those who cannot see it. */
  readonly label: string;
  /** Describes the span at a place, in a few words: `1,234 requests`. */
  readonly describe: (place: number) => string;
  readonly formatValue: (value: number) => string;
  /** Formats a value for the axis, which has little space. */
  readonly formatTick: (value: number) => string;
}

/** Returns the marks of a part of the time. */
export function marksDuring(marks: readonly Mark[], { from, to }: Range): readonly Mark[] {
  return marks.filter((mark) => mark.from < to && from < mark.to);
}
