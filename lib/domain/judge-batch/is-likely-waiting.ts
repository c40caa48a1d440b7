import type { BatchHeader } from '../batch-format.ts';
import { streamOf } from '../stream-name.ts';
import { minutesOfWindow } from '../window.ts';
import type { Consumption } from './consumption.ts';

/**
 * Decides whether parts of a batch probably wait on its streams, so that reading all of its windows would be useless
 * now: records wait for windows of its range that were put by the time of its first emission. If a stream cannot tell
 * its customers apart, nobody knows, and the windows must be read.
 */
export function isLikelyWaiting(
  { partials, storedAt }: Pick<BatchHeader, 'partials' | 'storedAt'>,
  consumption: Consumption,
  now: Date,
  marginSeconds: number,
): boolean {
  const [first, last] = [partials.at(0), partials.at(-1)];
  if (first === undefined || last === undefined) return false;
  const { to } = minutesOfWindow(last.windowStart, 'minute');
  // A batch that a clock dated into the future was emitted by now.
  const emittedBy =
    Math.min(storedAt.getTime(), now.getTime() - 2_000 * marginSeconds) + 1_000 * marginSeconds;
  return [...new Set(partials.map(streamOf))].some((name) => {
    const { waitsWithin, through } = consumption[name];
    if (waitsWithin === undefined || (through !== undefined && through.getTime() > emittedBy)) return false;
    return waitsWithin(first.windowStart, to);
  });
}
