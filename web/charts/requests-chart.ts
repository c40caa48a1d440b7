import type { Report } from '../api/load-report.ts';
import type { AgentChoice } from '../figures/agent-groups.ts';
import type { ChartContent, Series } from '../figures/chart-content.ts';
import { knownValue } from '../figures/spans.ts';
import { agentGroupNames } from '../text/agent-groups.ts';
import { describeMarks } from '../text/alerts.ts';
import { describeRequests } from '../text/counting.ts';
import { summarise } from '../text/describe.ts';
import { formatCount, formatShort } from '../text/format.ts';
import { alertMarks } from './alert-marks.ts';
import { chartFrame } from './chart-frame.ts';
import { comparisonLine } from './comparison-line.ts';
import { statusSeries } from './status-series.ts';

/**
 * Returns the chart of a report's requests: by class of status, which are not counted by kind of agent, or of the chosen
 * agents.
 * @param report  with the requests of the chosen agents
 */
export function requestsChart(report: Report, agents: AgentChoice, now: number): ChartContent {
  const { unit, buckets } = report;
  const byStatus = statusSeries(buckets).map(({ name, look, requestsIn }): Series => ({
    name,
    look,
    values: buckets.map((bucket) => knownValue(bucket, requestsIn(bucket), now)),
  }));
  const ofAgents = (name: string): Series => ({
    name,
    look: 'amount',
    values: buckets.map((bucket) => knownValue(bucket, bucket.requests, now)),
  });
  const marks = alertMarks(report, now);
  return {
    ...chartFrame(report, now),
    stacked: agents === 'all' ? byStatus : [ofAgents(agentGroupNames[agents])],
    lines: comparisonLine(report, ({ requests }) => requests),
    marks,
    label: `${summarise(report)} ${describeMarks(marks.length)}Use the arrow keys to read it ${unit} by ${unit}, Shift and the arrow keys to select a part of the time, and Enter to zoom in.`,
    describe: (place) => {
      const bucket = buckets[place];
      if (bucket === undefined) return '';
      return bucket.from > now ? 'Not known yet' : describeRequests(bucket);
    },
    formatValue: formatCount,
    formatTick: formatShort,
  };
}
