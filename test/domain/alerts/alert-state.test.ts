import { describe, expect, it } from 'vitest';
import { parseAlertRules } from '../../../lib/domain/alerts/alert-rules.ts';
import { addHour, nothingJudged, type JudgedState } from '../../../lib/domain/alerts/alert-state.ts';
import type { EpochMinute } from '../../../lib/domain/epoch-minute.ts';
import { noSilence } from '../../../lib/domain/alerts/judge-hour.ts';
import { windowStartOf } from '../../../lib/domain/window.ts';
import { customer, instant } from '../../factories.ts';

const rulesWith = (defaults: object) =>
  parseAlertRules(JSON.stringify({ formatVersion: 1, defaults })).of(customer());
const byDefault = rulesWith({});
const firstHour = Date.parse('2025-12-28T00:00:00Z') / 60_000;

/** Judges hours with these requests, where a thousand are usual, and returns the changes with the places of their hours. */
function changesOf(requests: readonly number[], rules = byDefault, usual: readonly number[] = []): string[] {
  let state: JudgedState = nothingJudged;
  return requests.flatMap((count, place) => {
    const before = { requests: usual[place] ?? 1_000, clientErrors: 0, serverErrors: 0 };
    const hour = {
      counts: { requests: count, clientErrors: 0, serverErrors: 0 },
      weeks: [before, before, before, before],
      isHoliday: false,
      silence: noSilence,
    };
    const windowStart = windowStartOf((firstHour + place * 60) as EpochMinute);
    const decidedAt = instant('2025-12-29T00:00:00Z');
    const next = addHour(state, hour, rules, { customerId: customer(), windowStart, decidedAt });
    state = next.state;
    return next.events.map(
      ({ kind, change, since }) => `${place}: ${kind} ${change}, since ${since.slice(11, 13)}`,
    );
  });
}

describe('an alert', () => {
  it('is raised by unusual hours in a row, and resolved by usual ones in a row', () => {
    const hours = [1_000, 300, 1_000, 300, 300, 300, 1_000, 300, 1_000, 1_000, 1_000];
    expect(changesOf(hours)).toEqual(['4: fall raised, since 03', '9: fall resolved, since 03']);
  });

  it('does not flap between unusual and usual', () => {
    expect(changesOf([300, 300, 600, 400, 700, 500, 749, 300, 600])).toEqual(['1: fall raised, since 00']);
  });

  it('keeps its row over hours that cannot be judged, such as a night', () => {
    const night = [1_000, 0, 0, 1_000, 1_000, 1_000];
    const rules = rulesWith({ silence: 'off' });
    expect(changesOf([300, 0, 0, 300, 1_000, 1_000], rules, night)).toEqual([
      '3: fall raised, since 00',
      '5: fall resolved, since 00',
    ]);
  });

  it('ends when nothing could be judged for a week', () => {
    const hours = [300, 300, ...Array.from({ length: 200 }, () => 5)];
    const usual = [1_000, 1_000, ...Array.from({ length: 200 }, () => 5)];
    expect(changesOf(hours, byDefault, usual)).toEqual([
      '1: fall raised, since 00',
      '169: fall resolved, since 00',
    ]);
  });

  it('is one about the silence, while there is no request, and one about the fall before', () => {
    const hours = [300, 300, 0, 0, 300, 1_000, 1_000];
    expect(changesOf(hours)).toEqual([
      '1: fall raised, since 00',
      '2: silence raised, since 02',
      '5: silence resolved, since 02',
      '6: fall resolved, since 00',
    ]);
  });
});
