import { busiest } from '../figures/series.ts';
import type { Report } from '../api/load-report.ts';
import type { Period, Preset } from '../period/period.ts';
import { shownPeriod, type View } from '../state/url-state.ts';
import { formatCount, formatRange, formatUnit } from './format.ts';

const presetNames: Readonly<Record<Preset, string>> = {
  '1h': 'the last hour',
  '24h': 'the last 24 hours',
  today: 'the day so far',
  yesterday: 'all of yesterday',
  '7d': 'the last 7 days',
  '30d': 'the last 30 days',
  '90d': 'the last 90 days',
  '12m': 'the last 12 months',
  all: 'all of the time',
  latest: 'this period',
};

/** Names a period so that it fits after "in": `the last hour`. */
export function periodName(period: Period): string {
  return period.kind === 'preset' ? presetNames[period.preset] : 'this period';
}

/** Describes the chart in words. */
export function summarise({ total, buckets, range, unit, zone, isPending }: Report): string {
  const noun = total.requests === 1 ? 'request' : 'requests';
  const requests = `${formatCount(total.requests)} ${noun}${isPending ? ' so far' : ''}`;
  const when = formatRange(range.from, range.to, zone);
  const most = busiest(buckets);
  if (most === undefined) return `${requests}, ${when}.`;
  const atMost = `${formatCount(most.requests)} in the busiest ${unit}, ${formatUnit(most.from, most.to, unit, zone)}`;
  return `${requests}, ${when}; ${atMost}.`;
}

/** Returns the period to name: what is shown without a choice can be one of the periods to choose. */
export function namedPeriod({ period }: Pick<Report, 'period'>, view: Pick<View, 'period' | 'zoom'>): Period {
  return period.kind === 'preset' ? period : shownPeriod(view);
}
