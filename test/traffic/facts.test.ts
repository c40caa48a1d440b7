import { describe, expect, it } from 'vitest';
import { parseLogEntry } from '../../lib/domain/log-entry.ts';
import { api } from '../../traffic/api.ts';
import { blog } from '../../traffic/blog.ts';
import { factsOfVisits } from '../../traffic/facts.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import { shop } from '../../traffic/shop.ts';
import { siteTraffic, type TrafficEntry } from '../../traffic/site-traffic.ts';
import { instant } from '../factories.ts';

const range = { from: instant('2025-12-25T18:03:07Z'), to: instant('2025-12-28T18:03:07Z') };
const host = 'www.shop.example';

describe.each([shop, api, blog])('the facts of traffic: $name', (site) => {
  const trafficOf = (seed = 1): readonly TrafficEntry[] =>
    siteTraffic(site, 2_000, range, randomNumbers(1), factsOfVisits(host, randomNumbers(seed)));
  const entries = trafficOf();

  it('are the same for the same seed, others for another, and change nothing else', () => {
    expect(trafficOf()).toEqual(entries);
    expect(trafficOf(2)).not.toEqual(entries);
    const paths = siteTraffic(site, 2_000, range, randomNumbers(1)).map(({ path }) => path);
    expect(entries.map(({ path }) => path)).toEqual(paths);
  });

  it('are all valid', () => {
    for (const entry of entries) {
      const { bytes, durationMs, clientIp, country } = entry;
      expect(parseLogEntry(entry)?.facts).toMatchObject({ bytes, durationMs, host, clientIp, country });
    }
  });

  it('are addresses that no visitor of a site has, which come back', () => {
    const addresses = new Set(entries.map(({ clientIp }) => clientIp));
    for (const address of addresses) expect(address).toMatch(/^100\.(?:6[4-9]|7[0-2])\.\d{1,2}\.\d{1,3}$/);
    expect(addresses.size).toBeGreaterThan(20);
    expect(addresses.size).toBeLessThan(entries.length / 2);
  });

  it('have no bytes where the answer has no body', () => {
    const empty = entries.filter(({ method, status }) => method === 'HEAD' || status === 304);
    expect(empty.length).toBeGreaterThan(0);
    expect(new Set(empty.map(({ bytes }) => bytes))).toEqual(new Set([0]));
  });
});
