import type { AlertEvent } from '../../lib/domain/alerts/alert-event.ts';
import type { AlertRules } from '../../lib/domain/alerts/alert-rules.ts';
import { addHour, nothingJudged } from '../../lib/domain/alerts/alert-state.ts';
import { comparedWeeks, type HourCounts } from '../../lib/domain/alerts/baseline.ts';
import { noSilence } from '../../lib/domain/alerts/judge-hour.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import type { WindowStart } from '../../lib/domain/window.ts';
import { changeAt, type Incident } from './incidents.ts';
import { firstHour, hoursPerWeek, lastHour, type TrafficYear } from './traffic-year.ts';

/** An alert that was raised by an hour of the year. */
export interface RaisedAlert {
  readonly hour: number;
  readonly kind: AlertEvent['kind'];
}

/** Judges a year hour by hour, as the function does, and returns the alerts that are raised. */
export function judgeYear(
  year: TrafficYear,
  incidents: readonly Incident[],
  rules: AlertRules,
  knowsHolidays: boolean,
): readonly RaisedAlert[] {
  const counts: HourCounts[] = [];
  const raised: RaisedAlert[] = [];
  let state = nothingJudged;
  for (let hour = 0; hour < lastHour; hour += 1) {
    const ofHour = year.countsAt(hour, changeAt(hour, incidents));
    counts.push(ofHour);
    if (hour < firstHour) continue;
    const isHoliday = (at: number) => knowsHolidays && year.isHoliday(at);
    const weeks = Array.from({ length: comparedWeeks }, (_, week) => {
      const before = hour - (week + 1) * hoursPerWeek;
      return isHoliday(before) ? undefined : counts[before];
    });
    const next = addHour(
      state,
      { counts: ofHour, weeks, isHoliday: isHoliday(hour), silence: noSilence },
      rules,
      judgedHour(hour),
    );
    state = next.state;
    for (const { kind, change } of next.events) if (change === 'raised') raised.push({ hour, kind });
  }
  return raised;
}

function judgedHour(hour: number) {
  const instant = new Date(Date.UTC(2026, 0, 1) + (hour - firstHour) * 3_600_000);
  return {
    customerId: 'cus-bench' as CustomerId,
    windowStart: instant.toISOString().replace('.000Z', 'Z') as WindowStart,
    decidedAt: instant,
  };
}

/** Hours after the end of an incident in which an alert still counts as one about it. */
const afterwards = 2;

/** Returns the hours from the beginning of an incident to its alert; `undefined` if there was none. */
export function hoursToAlert(
  { kind, from, to }: Incident,
  raised: readonly RaisedAlert[],
  hoursToComplete: number,
): number | undefined {
  const found: readonly string[] = kind.found;
  const alert = raised.find(
    ({ hour, kind: alertKind }) =>
      found.includes(alertKind) && hour >= Math.floor(from) && hour < to + afterwards,
  );
  return alert === undefined ? undefined : alert.hour + 1 + hoursToComplete - from;
}
