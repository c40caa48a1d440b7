import type { HourCounts } from '../../lib/domain/alerts/baseline.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';

export const hoursPerWeek = 168;
/** A year, and the four weeks before it that the first hours are compared with. */
export const firstHour = 4 * hoursPerWeek;
export const lastHour = firstHour + 365 * 24;

/** Public holidays of one country, as days after the first of January. */
const holidays = new Set([0, 92, 95, 120, 133, 144, 226, 304, 358, 359]);
const holidayShare = 0.35;
/** Clocks change on these days, so that the same local hour is another hour in UTC. */
const summerTime = { from: 87, to: 297 };
const growthAWeek = 1.008;

/** A customer's year of traffic, hour by hour. */
export interface TrafficYear {
  /** Requests, and errors, that an hour has with a change to its usual traffic. */
  countsAt(hour: number, change?: Change): HourCounts;
  isHoliday(hour: number): boolean;
}

/** A planted change of an hour: its traffic as a multiple of the usual one, and the share of errors. */
export interface Change {
  readonly traffic: number;
  readonly serverErrors: number;
}

/**
 * Creates a year of made-up traffic that is always the same for a seed: daily and weekly cycles in local time with both changes of the
 * clocks, growth, holidays, weather that lasts for hours and days, and independent requests.
 * @param meanRequests  of an hour, at the beginning
 */
export function createTrafficYear(meanRequests: number, seed: number): TrafficYear {
  const random = randomNumbers(seed);
  const hourly: number[] = [];
  let lasting = 0;
  let ofDay = 0;
  for (let hour = 0; hour < lastHour; hour += 1) {
    lasting = 0.85 * lasting + normal(random) * 0.08;
    if (hour % 24 === 0) ofDay = normal(random) * 0.1;
    hourly.push(Math.exp(lasting + ofDay));
  }
  const dayOf = (hour: number) => Math.floor((hour - firstHour) / 24);
  const isHoliday = (hour: number) => holidays.has(dayOf(hour));
  return {
    isHoliday,
    countsAt(hour, change) {
      const own = randomNumbers(seed * 1_000_003 + hour);
      const day = dayOf(hour);
      const offset = day >= summerTime.from && day < summerTime.to ? 2 : 1;
      const usual =
        meanRequests *
        cycle(hour + offset) *
        growthAWeek ** (hour / hoursPerWeek) *
        (isHoliday(hour) ? holidayShare : 1) *
        (hourly[hour] ?? 1);
      const requests = poisson(usual * (change?.traffic ?? 1), own);
      const share = (change?.serverErrors ?? 0) + 0.004 * Math.exp(normal(own) * 0.6);
      const serverErrors = Math.min(requests, poisson(requests * share, own));
      return { requests, serverErrors, clientErrors: 0 };
    },
  };
}

/** Returns the share of an hour's traffic in the mean, by day and week: nights have a ninth of the evening. */
function cycle(localHour: number): number {
  const ofDay = ((localHour % 24) + 24) % 24;
  const weekday = Math.floor(localHour / 24) % 7;
  const day = 0.2 + 0.8 * (1 + Math.sin(((ofDay - 9) / 24) * 2 * Math.PI)) ** 1.5 * 0.75;
  return day * (weekday >= 5 ? 0.65 : 1.1);
}

/** Returns a number of the standard normal distribution (Box and Muller). */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Returns a number of the Poisson distribution; of a large mean, of the normal one that it resembles. */
function poisson(mean: number, random: () => number): number {
  if (mean > 200) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal(random)));
  const limit = Math.exp(-mean);
  let product = random();
  let count = 0;
  while (product > limit) {
    product *= random();
    count += 1;
  }
  return count;
}
