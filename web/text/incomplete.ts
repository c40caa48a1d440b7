import type { Range } from '../period/period.ts';
import { formatMinute, formatMoment } from './format.ts';

/** Explains the strip of a chart. */
export function describeIncomplete(part: Range, through: number, now: number, zone: string): string {
  const from = formatMinute(part.from, now, zone);
  return `Not complete yet, from ${from} on: everything accepted before ${formatMoment(through, now, zone)} is counted, and these counts still rise.`;
}
