const hourMilliseconds = 3_600_000;

/** A range of time that includes `from` and excludes `to`. */
export interface TimeRange {
  readonly from: Date;
  readonly to: Date;
}

/**
 * Returns a function that turns evenly distributed numbers from 0 to below 1 into instants of the range, with many by
 * day and few by night: around `peakHour` six times as many as twelve hours away from it.
 */
export function dailyCurve({ from, to }: TimeRange, peakHour: number): (share: number) => Date {
  const start = from.getTime();
  const hours = (to.getTime() - start) / hourMilliseconds;
  let total = 0;
  const sums = Array.from({ length: Math.ceil(hours) }, (_, hour) => {
    const length = Math.min(1, hours - hour); // the last one may be a part of an hour
    return (total += length * busyness(new Date(start + (hour + length / 2) * hourMilliseconds), peakHour));
  });

  return (share) => {
    const wanted = share * total;
    const hour = sums.findIndex((sum) => sum > wanted);
    const before = sums[hour - 1] ?? 0;
    const within = (wanted - before) / ((sums[hour] ?? total) - before);
    const length = Math.min(1, hours - hour);
    return new Date(start + Math.floor((hour + within * length) * hourMilliseconds));
  };
}

/** Returns 1 at the peak, and a sixth at the opposite time of the day. */
function busyness(instant: Date, peakHour: number): number {
  const hour = instant.getUTCHours() + instant.getUTCMinutes() / 60;
  const closeness = (1 + Math.cos(((hour - peakHour) / 24) * 2 * Math.PI)) / 2;
  return (1 + 5 * closeness ** 1.5) / 6;
}
