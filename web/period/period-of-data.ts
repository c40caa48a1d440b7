import {
  dayMilliseconds,
  maxCustomDays,
  type KnownPeriod,
  type Period,
  type Preset,
  type Range,
} from './period.ts';
import { startOfDay } from './zone.ts';

/** Longest period that the page opens by itself for data that is older than a day. */
const latestDays = 31;

/** Reports whether a period depends on where the data is. */
export function isPeriodOfData(period: Period): boolean {
  return isPreset(period, 'all') || isPreset(period, 'latest');
}

/** Reports whether a period is this preset. */
export function isPreset(period: Period, preset: Preset): boolean {
  return period.kind === 'preset' && period.preset === preset;
}

/**
 * Returns the period to show. `all` and `latest` depend on where the data is; without data they are the last 24 hours.
 * @param extent  start of the first minute with requests, and of the last one
 */
export function periodOfData(
  period: Period,
  extent: Range | undefined,
  now: number,
  zone: string,
): KnownPeriod {
  if (period.kind === 'custom') return period;
  const { preset } = period;
  if (preset !== 'all' && preset !== 'latest') return { kind: 'preset', preset };
  const isCurrent = extent === undefined || (preset === 'latest' && extent.to >= now - dayMilliseconds);
  if (isCurrent) return { kind: 'preset', preset: '24h' };
  const days = preset === 'all' ? maxCustomDays : latestDays;
  const earliest = startOfDay(extent.to, zone, 1 - days);
  return {
    kind: 'custom',
    from: Math.max(startOfDay(extent.from, zone), earliest),
    to: startOfDay(extent.to, zone, 1),
  };
}
