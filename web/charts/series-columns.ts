import type { Report } from '../api/load-report.ts';
import type { AgentChoice } from '../figures/agent-groups.ts';
import type { Amounts } from '../figures/amounts.ts';
import { formatBytes, formatMilliseconds } from '../text/measures.ts';
import { knownValue } from '../figures/spans.ts';
import { comparisonName } from '../text/comparison.ts';
import { capitalise, formatCount } from '../text/format.ts';
import { percentiles } from './measure-charts.ts';
import { statusSeries } from './status-series.ts';

/** A column of the table of amounts over time, beside the requests: all that the charts show. */
export interface SeriesColumn {
  /** In the table on the page. */
  readonly name: string;
  /** In the CSV. */
  readonly field: string;
  /** Returns the amount of the bucket at a place; `undefined` where nothing is known. */
  readonly valueAt: (place: number) => number | undefined;
  readonly format: (value: number) => string;
  /** Its amounts are not there yet. */
  readonly isLoading?: boolean;
}

/**
 * Returns the columns of which at least one bucket has something, or may have.
 * @param report  with the requests of the chosen agents
 */
export function seriesColumns(report: Report, agents: AgentChoice, now: number): readonly SeriesColumn[] {
  const { buckets, comparison, weeksBack } = report;
  const of = (amountOf: (amounts: Amounts) => number | undefined) => (place: number) => {
    const bucket = buckets[place];
    if (bucket === undefined) return undefined;
    return knownValue(bucket, amountOf(bucket), now) ?? undefined;
  };
  const statuses = agents === 'all' ? statusSeries(buckets) : [];
  const columns: readonly SeriesColumn[] = [
    ...statuses.map(({ name, field, requestsIn }) => ({
      name,
      field,
      valueAt: of(requestsIn),
      format: formatCount,
    })),
    {
      name: capitalise(comparisonName(weeksBack)),
      field: 'requestsBefore',
      valueAt: (place) => comparison?.buckets[place]?.requests,
      format: formatCount,
      isLoading: comparison === undefined,
    },
    ...percentiles.map((percentile) => ({
      name: percentile.name,
      field: `${percentile.name}Ms`,
      valueAt: of(percentile.of),
      format: formatMilliseconds,
    })),
    { name: 'Bytes', field: 'bytes', valueAt: of(({ bytes }) => bytes), format: formatBytes },
    {
      name: 'Visitors, about',
      field: 'visitors',
      valueAt: of(({ visitors }) => visitors),
      format: formatCount,
    },
  ];
  return columns.filter(
    ({ valueAt, isLoading }) =>
      isLoading === true || buckets.some((_bucket, place) => (valueAt(place) ?? 0) > 0),
  );
}
