import type { EncodedPartial } from './summarise.ts';

export const streamNames = ['insights', 'late'] as const;

export type StreamName = (typeof streamNames)[number];

/** Returns the stream of a partial: decided when its batch was described, and the same for every emission. */
export function streamOf({ isLate, isFuture }: Pick<EncodedPartial, 'isLate' | 'isFuture'>): StreamName {
  return isLate || isFuture === true ? 'late' : 'insights';
}
