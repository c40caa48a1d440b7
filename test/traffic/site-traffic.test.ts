import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLogEntry } from '../../lib/domain/log-entry.ts';
import { userAgentFamily } from '../../lib/domain/user-agent.ts';
import * as agents from '../../traffic/agents.ts';
import { api } from '../../traffic/api.ts';
import { blog } from '../../traffic/blog.ts';
import { dailyCurve } from '../../traffic/daily-curve.ts';
import { siteTraffic, type TrafficEntry } from '../../traffic/site-traffic.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { shop } from '../../traffic/shop.ts';
import type { Site } from '../../traffic/site.ts';
import { weightedChoice } from '../../traffic/weighted-choice.ts';
import { instant } from '../factories.ts';

const threeDays = { from: instant('2025-12-25T18:03:07Z'), to: instant('2025-12-28T18:03:07Z') };
const sites = [shop, api, blog].map((site) => [site.name, site] as const);

function trafficOf(site: Site, { seed = 1, count = 5_000, range = threeDays } = {}): TrafficEntry[] {
  return siteTraffic(site, count, range, randomNumbers(seed));
}

function shareOf(entries: readonly TrafficEntry[], is: (entry: TrafficEntry) => boolean): number {
  return entries.filter((entry) => is(entry)).length / entries.length;
}

describe.each(sites)('the traffic of a site: %s', (_name, site) => {
  it('has the requested number of entries, in the range and in time order', () => {
    fc.assert(
      fc.property(fc.nat(300), fc.nat(), fc.integer({ min: 10, max: 5_000 }), (count, seed, minutes) => {
        const range = { from: new Date(threeDays.to.getTime() - minutes * 60_000), to: threeDays.to };
        const times = trafficOf(site, { seed, count, range }).map(({ receivedAt }) => receivedAt);
        expect(times).toHaveLength(count);
        expect(times).toEqual([...times].sort());
        for (const time of times) expect(instant(time) >= range.from && instant(time) < range.to).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  it('is the same for the same seed, and another for another', () => {
    expect(trafficOf(site)).toEqual(trafficOf(site));
    expect(trafficOf(site, { seed: 2 })).not.toEqual(trafficOf(site));
  });

  it('is the same in another range, except for its times', () => {
    const range = { from: instant('2026-06-01T00:00:00Z'), to: instant('2026-06-02T05:30:00Z') };
    const what = (entries: readonly TrafficEntry[]) =>
      entries.map(({ method, path, userAgent, status }) => `${method} ${path} ${userAgent} ${status}`).sort();
    expect(what(trafficOf(site, { range }))).toEqual(what(trafficOf(site)));
  });

  it('is accepted by the pipeline, entry by entry', () => {
    for (const entry of trafficOf(site)) expect(parseLogEntry(entry)).toBeDefined();
  });

  it('is mostly successful, and has scans that find nothing', () => {
    const entries = trafficOf(site);
    expect(shareOf(entries, ({ status }) => status < 400)).toBeGreaterThan(0.8);
    expect(shareOf(entries, ({ status }) => status >= 500)).toBeLessThan(0.02);
    const scans = entries.filter(({ path }) => path === '/wp-login.php');
    expect(scans.length).toBeGreaterThan(0);
    expect(new Set(scans.map(({ status }) => status))).toEqual(new Set([404]));
  });
});

describe('dailyCurve', () => {
  it('has more around the peak than in the middle of the night', () => {
    const instantOf = dailyCurve(threeDays, 14);
    const hours = Array.from({ length: 9_000 }, (_, n) => instantOf(n / 9_000).getUTCHours());
    const within = (from: number, to: number) => hours.filter((hour) => hour >= from && hour < to).length;
    expect(within(12, 16)).toBeGreaterThan(4 * within(0, 4));
  });

  it('goes from the first instant of the range up to the last', () => {
    const instantOf = dailyCurve(threeDays, 3);
    const times = [0, 0.1, 0.5, 0.9, 0.999_999_999].map((share) => instantOf(share).getTime());
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times[0]).toBe(threeDays.from.getTime());
    expect(threeDays.to.getTime() - (times.at(-1) ?? 0)).toBeLessThan(1_000);
  });
});

describe('weightedChoice', () => {
  it('makes each choice as often as its weight says', () => {
    const pick = weightedChoice(
      [
        [1, 'a'],
        [7, 'b'],
        [2, 'c'],
      ],
      randomNumbers(1),
    );
    const picked = Array.from({ length: 10_000 }, () => pick());
    const share = (choice: string) => picked.filter((one) => one === choice).length / 10_000;
    expect(share('a')).toBeCloseTo(0.1, 1);
    expect(share('b')).toBeCloseTo(0.7, 1);
    expect(share('c')).toBeCloseTo(0.2, 1);
  });
});

describe('the agents', () => {
  const { browsers, crawlers, scanners, apiClients, feedReaders, uptimeMonitor, healthProbe } = agents;
  const lists = [browsers, crawlers, scanners, apiClients, feedReaders].flat().map(([, agent]) => agent);

  it.each([...lists, uptimeMonitor, healthProbe].filter((agent) => agent !== '-'))(
    'belong to a known family: %s',
    (agent) => {
      expect(userAgentFamily(agent)).not.toBe('Other');
    },
  );
});
