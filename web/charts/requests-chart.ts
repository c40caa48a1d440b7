import type { Report } from '../api/load-report.ts';
import type { ChartContent } from '../figures/chart-content.ts';
import { knownValue, pendingStretches } from '../figures/spans.ts';
import { describeRequests } from '../text/counting.ts';
import { summarise } from '../text/describe.ts';
import { formatCount, formatShort } from '../text/format.ts';

/** Returns the chart of a report's requests. */
export function requestsChart(report: Report, now: number): ChartContent {
  const { unit, zone, range, buckets } = report;
  return {
    unit,
    zone,
    range,
    spans: buckets,
    stacked: [
      {
        name: 'Requests',
        look: 'requests',
        values: buckets.map((bucket) => knownValue(bucket, bucket.requests, now)),
      },
    ],
    lines: [],
    unknown: pendingStretches(buckets),
    incomplete: undefined,
    label: `${summarise(report)} Use the arrow keys to read it ${unit} by ${unit}.`,
    describe: (place) => {
      const bucket = buckets[place];
      return bucket === undefined ? '' : describeRequests(bucket);
    },
    formatValue: formatCount,
    formatTick: formatShort,
  };
}
