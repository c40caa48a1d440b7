import { describe, expect, it } from 'vitest';
import type { Report } from '../../web/api/load-report.ts';
import { bytesChart, durationChart, visitorsChart } from '../../web/charts/measure-charts.ts';
import { requestsChart } from '../../web/charts/requests-chart.ts';
import { seriesColumns } from '../../web/charts/series-columns.ts';
import { chooseAgents } from '../../web/figures/choose-agents.ts';
import type { ShownBucket } from '../../web/figures/counting.ts';
import { describeAgents } from '../../web/text/agent-groups.ts';
import { comparisonNote } from '../../web/text/comparison.ts';
import { seriesTable } from '../../web/text/download-tables.ts';
import { describeMissingFacts } from '../../web/text/missing-facts.ts';
import { describePathKind } from '../../web/text/path-kinds.ts';

const hour = 3_600_000;
const start = Date.parse('2025-12-28T18:00Z');
const now = start + 1.5 * hour;

const bucketOf = (place: number, some: Partial<ShownBucket> = {}): ShownBucket => ({
  from: start + place * hour,
  to: start + (place + 1) * hour,
  requests: 0,
  statuses: {},
  agents: {},
  isComplete: false,
  isPending: false,
  ...some,
});

const first = bucketOf(0, {
  requests: 10,
  statuses: { '2xx': 6, '4xx': 3 },
  agents: { people: 7, bots: 3 },
  bytes: 900,
  duration: { p50Ms: 8, p95Ms: 20, p99Ms: 30 },
  visitors: 5,
});
const buckets = [first, bucketOf(1, { requests: 1, agents: { people: 1 } }), bucketOf(2)];

/** Creates a report of three hours, of which the second one runs. */
function reportOf(some: Partial<Report> = {}): Report {
  const total = {
    ...first,
    requests: 11,
    agents: { people: 8, bots: 2 },
    progress: { countedThrough: now, waiting: 0, isComplete: false },
    rejections: undefined,
    customer: 'cus-axon',
    topPaths: [],
    topUserAgents: [],
    topStatuses: [],
    topErrorPaths: [],
    agentClasses: [],
    topReferrers: [],
    topHosts: [],
    topCountries: [],
  };
  const range = { from: start, to: start + 3 * hour };
  return {
    customer: 'cus-axon',
    unit: 'hour',
    zone: 'UTC',
    period: { kind: 'custom', ...range },
    range,
    buckets,
    total,
    weeksBack: 1,
    comparison: {
      total,
      buckets: [4, 0, 2].map((requests, place) =>
        bucketOf(place - 168, { requests, agents: { people: requests } }),
      ),
    },
    alerts: undefined,
    counting: { kind: 'counted', through: now },
    isPending: false,
    ...some,
  };
}

describe('the chart of requests', () => {
  it('stacks the classes of statuses that there are, and the requests without a status', () => {
    const { stacked } = requestsChart(reportOf(), 'all', now);
    expect(stacked.map(({ name, values }) => [name, values])).toEqual([
      ['2xx', [6, 0, null]],
      ['4xx', [3, 0, null]],
      ['No status', [1, 1, null]],
    ]);
    expect(new Set(stacked.map(({ look }) => look)).size).toBe(stacked.length);
  });

  it('has a line of the same time a week before, also of what is still to come', () => {
    const [line] = requestsChart(reportOf(), 'all', now).lines;
    expect([line?.name, line?.values]).toEqual(['A week before', [4, 0, 2]]);
    const { total } = reportOf();
    expect(requestsChart(reportOf({ comparison: { total, buckets: [] } }), 'all', now).lines).toEqual([]);
  });

  it('keeps the place of that line while it is loading', () => {
    const report = reportOf({ comparison: undefined });
    const { lines } = requestsChart(report, 'all', now);
    expect(lines.map(({ name, values }) => [name, values])).toEqual([['A week before', [null, null, null]]]);
    const loading = seriesColumns(report, 'all', now).filter(({ isLoading }) => isLoading);
    expect(loading.map(({ name }) => name)).toEqual(['A week before']);
  });

  it('has the requests of the chosen agents, now and before', () => {
    const chosen = chooseAgents(reportOf(), 'people');
    const { stacked, lines } = requestsChart(chosen, 'people', now);
    expect(stacked.map(({ name, values }) => [name, values])).toEqual([['People', [7, 1, null]]]);
    expect(lines[0]?.values).toEqual([4, 0, 2]);
    expect(chosen.total.requests).toBe(8);
    expect(chooseAgents(reportOf(), 'monitors').total.requests).toBe(0);
  });

  it('marks alerts for as long as they lasted, with what they say', () => {
    const alert = {
      id: '1',
      kind: 'silence',
      isRaised: true,
      raisedId: undefined,
      hour: start + hour,
      since: start,
      requests: 0,
      usual: 40,
      errors: undefined,
    };
    const alerts = { alerts: [alert], open: [alert], areJudged: true, hasMore: false };
    const { marks, label } = requestsChart(reportOf({ alerts }), 'all', now);
    expect(marks).toEqual([
      {
        from: start,
        to: now,
        text: 'Alert from Sun 28 Dec, 18:00: No request; about 40 are usual.',
      },
    ]);
    expect(label).toContain('1 alert is marked.');
    const without = requestsChart(reportOf(), 'all', now);
    expect(without.marks).toEqual([]);
    expect(without.label).not.toContain('alert');
  });

  it('describes an hour, but none of the future', () => {
    const described = requestsChart(reportOf(), 'all', now).describe;
    expect([0, 1, 2].map(described)).toEqual(['10 requests', '1 request', 'Not known yet']);
  });

  it('marks the hour that runs as not complete', () => {
    expect(requestsChart(reportOf(), 'all', now).incomplete).toEqual({
      from: start + hour,
      to: start + 2 * hour,
    });
  });
});

describe('the charts of measures', () => {
  it('have percentiles where there are durations, and no value elsewhere', () => {
    const { lines, describe: described } = durationChart(reportOf(), now);
    expect(lines.map(({ name, values }) => [name, values])).toEqual([
      ['p50', [8, null, null]],
      ['p95', [20, null, null]],
      ['p99', [30, null, null]],
    ]);
    expect([described(0), described(1)]).toEqual(['Duration', 'No duration known']);
  });

  it('have 0 bytes and visitors where nothing was counted, and nothing in the future', () => {
    expect(bytesChart(reportOf(), now).stacked[0]?.values).toEqual([900, 0, null]);
    expect(visitorsChart(reportOf(), now).stacked[0]?.values).toEqual([5, 0, null]);
    const described = visitorsChart(reportOf(), now).describe;
    expect([0, 1, 2].map(described)).toEqual(['About 5 visitors', 'About 0 visitors', 'Not known yet']);
  });
});

describe('the table beside the charts', () => {
  it('has a column for everything that the charts show', () => {
    const columns = seriesColumns(reportOf(), 'all', now);
    expect(columns.map(({ name }) => name)).toEqual([
      '2xx',
      '4xx',
      'No status',
      'A week before',
      'p50',
      'p95',
      'p99',
      'Bytes',
      'Visitors, about',
    ]);
    expect(columns.map(({ valueAt }) => valueAt(0))).toEqual([6, 3, 1, 4, 8, 20, 30, 900, 5]);
    const none = undefined;
    expect(columns.map(({ valueAt }) => valueAt(1))).toEqual([0, 0, 1, 0, none, none, none, none, none]);
  });

  it('has no statuses of chosen agents, which are not counted', () => {
    expect(seriesColumns(chooseAgents(reportOf(), 'people'), 'people', now)[0]?.name).toBe('A week before');
  });

  it('is the download, with plain numbers', () => {
    const { head, rows } = seriesTable(reportOf(), 'all', now);
    expect(head).toEqual(
      'from to requests 2xx 4xx noStatus requestsBefore p50Ms p95Ms p99Ms bytes visitors stillCounting countedThrough'.split(
        ' ',
      ),
    );
    expect(rows[0]?.slice(2, 12)).toEqual([10, 6, 3, 1, 4, 8, 20, 30, 900, 5]);
    expect(rows[1]?.slice(7, 12)).toEqual(['', '', '', '', '']);
    // The hour that has not begun has only what was counted a week before.
    expect(rows[2]?.slice(2, 8)).toEqual(['', '', '', '', 2, '']);
  });
});

describe('what the page says', () => {
  it('names the time that it compares with', () => {
    expect([1, 5, 52].map(comparisonNote)).toEqual([
      'a week before, on the same weekdays',
      '5 weeks before, on the same weekdays',
      'a year before, on the same weekdays',
    ]);
  });

  it('says what is not counted by kind of agent, and which requests are in none', () => {
    expect(describeAgents('all', reportOf().total)).toBe('');
    const text = describeAgents('people', reportOf().total);
    expect(text).toContain('People are browsers and apps.');
    expect(text).toContain('errors, durations, bytes, visitors and the lists are those of all');
    expect(text).toContain('1 request was counted before kinds were told apart');
  });

  it('counts the requests of pages and assets as far as the paths are known', () => {
    const paths = [
      { key: 'GET /', requests: 6 },
      { key: 'GET /app.js', requests: 2 },
    ];
    expect(describePathKind('all', paths, 8)).toBe('');
    expect(describePathKind('pages', paths, 8)).toContain(': 6 of 8 requests (75.0 %).');
    const partly = describePathKind('assets', paths, 10);
    expect(partly).toContain(': at least 2 of 10 requests');
    expect(partly).toContain('The paths of 2 requests are not listed one by one');
  });

  it('says how to send the facts that are missing, and nothing if none is', () => {
    const { total } = reportOf();
    expect(describeMissingFacts(total)).toBe('');
    const { bytes: _bytes, visitors: _visitors, ...rest } = total;
    expect(describeMissingFacts(rest)).toBe(
      'No bytes or visitors in this period: to see them, send “bytes” and “clientIp” with each entry.',
    );
  });
});
