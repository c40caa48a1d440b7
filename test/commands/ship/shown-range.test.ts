import { describe, expect, it } from 'vitest';
import { dashboardLink, describeRange, partsToTotal } from '../../../commands/ship/shown-range.ts';
import { maxCustomDays } from '../../../web/period/period.ts';
import { readView, writeView } from '../../../web/state/url-state.ts';
import { customer } from '../../factories.ts';

const minuteOf = (text: string): number => Date.parse(text) / 60_000;
const range = (from: string, to: string) => ({ from: minuteOf(from), to: minuteOf(to) });
const local = new URL('http://localhost:3000');

describe('the link to the dashboard', () => {
  it.each([
    ['a minute', '2025-12-28T18:03Z', '2025-12-28T18:04Z'],
    ['an evening', '2025-12-28T18:03Z', '2025-12-29T00:17Z'],
    ['months', '2025-06-01T00:11Z', '2025-12-29T09:59Z'],
  ])('opens it at %s', (_name, from, to) => {
    const { search } = new URL(dashboardLink(range(from, to), local, customer('cus-axon')));
    const view = readView(search);
    expect(view.customer).toBe('cus-axon');
    expect(view.period).toEqual({ kind: 'custom', from: Date.parse(from), to: Date.parse(to) });
    // The dashboard itself would have the same address.
    expect(search).toBe(writeView(view));
  });

  it('opens the last days that the dashboard can show of a longer range, and says so', () => {
    const years = range('2009-01-01T00:00Z', '2025-12-29T09:59Z');
    const view = readView(new URL(dashboardLink(years, local, customer())).search);
    const to = Date.parse('2025-12-29T09:59Z');
    expect(view.period).toEqual({ kind: 'custom', from: to - maxCustomDays * 86_400_000, to });
    expect(describeRange(years, local, customer())).toContain('the last ten years of it');
  });

  it.each([
    ['http://localhost:3000', 'http://localhost:3000/?customer='],
    ['https://api.example.com/prod/', 'https://api.example.com/prod/?customer='],
    ['https://someone:s3cret@api.example.com/prod', 'https://api.example.com/prod/?customer='],
  ])('of %s is where the pipeline serves it, without credentials', (url, start) => {
    const link = dashboardLink(range('2025-12-28T18:03Z', '2025-12-28T18:04Z'), new URL(url), customer());
    expect(link.startsWith(start)).toBe(true);
    expect(link).not.toContain('s3cret');
  });

  it('encodes special characters in the name of a customer', () => {
    const link = dashboardLink(range('2025-12-28T18:03Z', '2025-12-28T18:04Z'), local, customer('cus-%25.a'));
    expect(readView(new URL(link).search).customer).toBe('cus-%25.a');
  });
});

describe('the parts of a range', () => {
  it('are each short enough for the pipeline to add up, and together cover the range', () => {
    const years = range('2019-01-01T00:00Z', '2025-12-29T09:59Z');
    const parts = partsToTotal(years);
    expect(parts).toHaveLength(7);
    expect(Math.max(...parts.map(({ from, to }) => to - from))).toBe(366 * 1_440);
    expect([parts[0]?.from, parts.at(-1)?.to]).toEqual([years.from, years.to]);
    expect(parts.slice(1).map(({ from }) => from)).toEqual(parts.slice(0, -1).map(({ to }) => to));
  });
});
