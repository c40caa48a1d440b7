import { describe, expect, it } from 'vitest';
import { periodOfData } from '../../web/period/period-of-data.ts';

const at = (text: string): number => Date.parse(text);
const now = at('2026-11-27T12:00Z');
const berlin = 'Europe/Berlin';
const custom = (from: string, to: string) => ({ kind: 'custom', from: at(from), to: at(to) });
const preset = (preset: 'all' | 'latest' | '7d') => ({ kind: 'preset', preset }) as const;
const log = { from: at('2015-05-17T10:05Z'), to: at('2015-05-20T21:05Z') };

describe('the period to show', () => {
  it('without a choice is that of an old log, in whole local days', () => {
    const days = custom('2015-05-16T22:00Z', '2015-05-20T22:00Z');
    expect(periodOfData(preset('latest'), log, now, berlin)).toEqual(days);
    expect(periodOfData(preset('all'), log, now, berlin)).toEqual(days);
  });

  it('without a choice is the last 31 days of a long log', () => {
    const long = { from: at('2012-01-01T00:00Z'), to: log.to };
    const days = custom('2015-04-19T22:00Z', '2015-05-20T22:00Z');
    expect(periodOfData(preset('latest'), long, now, berlin)).toEqual(days);
  });

  it('without a choice is the last 24 hours where they have data, and where nothing has', () => {
    const current = { from: at('2020-01-01T00:00Z'), to: at('2026-11-26T12:00Z') };
    for (const extent of [current, undefined]) {
      expect(periodOfData(preset('latest'), extent, now, berlin)).toEqual({ kind: 'preset', preset: '24h' });
    }
  });

  it('of all data begins with the first day and ends with the last one, but is not longer than ten years', () => {
    const current = { from: at('2020-01-01T00:00Z'), to: at('2026-11-26T12:00Z') };
    expect(periodOfData(preset('all'), current, now, berlin)).toEqual(
      custom('2019-12-31T23:00Z', '2026-11-26T23:00Z'),
    );
    const old = { ...current, from: at('1970-01-01T00:00Z') };
    expect(periodOfData(preset('all'), old, now, berlin)).toEqual(
      custom('2016-11-28T23:00Z', '2026-11-26T23:00Z'),
    );
  });

  it('is any other one that was chosen', () => {
    expect(periodOfData(preset('7d'), log, now, berlin)).toEqual(preset('7d'));
  });
});
