/** Returns the mean of durations in milliseconds, to hundredths. */
export function meanOf(sumMs: number, requests: number): number {
  return Math.round((100 * sumMs) / requests) / 100;
}
