import type { CustomerAlerts, UnsentEvent } from '../../domain/alerts/customer-alerts.ts';
import type { AlertEvent } from '../../domain/alerts/alert-event.ts';
import { areOff, type AlertRules } from '../../domain/alerts/alert-rules.ts';
import { addHour, nothingJudged, openAlerts, type JudgedState } from '../../domain/alerts/alert-state.ts';
import { noSilence, type HourToJudge } from '../../domain/alerts/judge-hour.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { EpochMinute } from '../../domain/epoch-minute.ts';
import { enclosingWindowStart, windowStartOf, type WindowStart } from '../../domain/window.ts';
import { PreconditionFailed } from '../../errors.ts';
import { withForgetting } from '../query/with-forgetting.ts';
import type { AlertPorts } from './alert-ports.ts';
import { readCompleteHours, type CompleteHour } from './read-hours.ts';
import {
  readStoredAlerts,
  removeIfForgotten,
  writeStoredAlerts,
  type StoredAlerts,
} from './stored-alerts.ts';

export interface JudgeOptions {
  readonly allowedLatenessSeconds: number;
  /** Number of hours that are judged afterwards where none was for longer. */
  readonly maxCatchUpHours: number;
}

export interface Judged {
  readonly judgedThrough: WindowStart | undefined;
  readonly events: readonly AlertEvent[];
  readonly hasUnsent: boolean;
  /** Hours that were passed over, because more had to be caught up than `maxCatchUpHours`. */
  readonly passedOver: number;
}

const hourMilliseconds = 3_600_000;
const hoursOf = (start: WindowStart) => Date.parse(start) / hourMilliseconds;
const startOfHours = (hours: number) => windowStartOf((hours * 60) as EpochMinute);

/** Returns the hour before whose end no hour can be complete now. */
export function endOfJudgeable(
  now: Date,
  { waitHours }: Pick<AlertRules, 'waitHours'>,
  allowedLatenessSeconds: number,
): WindowStart {
  // An hour is complete when it ended more than the allowed lateness ago, and not exactly then.
  const instant = now.getTime() - allowedLatenessSeconds * 1_000 - waitHours * hourMilliseconds - 1;
  return startOfHours(Math.max(0, Math.floor(instant / hourMilliseconds)));
}

/**
 * Judges a customer's hours that have become complete, in time order and each once. All that follows from them is stored
 * by one write, which only succeeds if nobody else judged them meanwhile: events in it are sent later, and again after a
 * crash. Before that write nothing has happened.
 *
 * An hour is judged by its counts at that time. Late entries for it change the counts, and what later weeks are compared
 * with, but not the judgement.
 */
export async function judgeCustomer(
  customerId: CustomerId,
  rules: AlertRules,
  ports: AlertPorts,
  options: JudgeOptions,
): Promise<Judged> {
  const { store, clock } = ports;
  for (;;) {
    const decidedAt = clock.now();
    const stored = await readStoredAlerts(customerId, store);
    const end = endOfJudgeable(decidedAt, rules, options.allowedLatenessSeconds);
    // Without rules nothing is read or written, but to resolve what an earlier rule has raised.
    if (areOff(rules) && (stored.alerts === undefined || openAlerts(stored.alerts).length === 0)) {
      return { ...unchanged(stored.alerts), judgedThrough: end, passedOver: 0 };
    }
    const { starts, passedOver } = hoursToJudge(stored.alerts, end, options);
    const { hours } = await withForgetting(customerId, ports, (progress) =>
      readCompleteHours(customerId, starts, { ...ports, progress }, options.allowedLatenessSeconds),
    );
    const last = hours.at(-1);
    if (last === undefined) return { ...unchanged(stored.alerts), passedOver: 0 };
    const { state, events } = judgeAll(customerId, hours, rules, stored.alerts ?? nothingJudged, decidedAt);
    const targets = ports.targets.map(({ name }) => name);
    const decided = events.map((event): UnsentEvent => ({ event, isKept: false, targets }));
    const unsent = [...(stored.alerts?.unsent ?? []), ...decided];
    const judgedThrough = startOfHours(hoursOf(last.windowStart) + 1);
    const alerts: CustomerAlerts = { customerId, judgedThrough, ...state, unsent, asOf: decidedAt };
    try {
      await writeStoredAlerts(alerts, stored.etag, store);
    } catch (error) {
      if (error instanceof PreconditionFailed) continue; // another process judged them, or the customer is forgotten
      throw error;
    }
    if (await removeIfForgotten(alerts, store)) return { ...unchanged(undefined), passedOver: 0 };
    return { judgedThrough, events, hasUnsent: unsent.length > 0, passedOver };
  }
}

function unchanged(alerts: StoredAlerts['alerts']): Omit<Judged, 'passedOver'> {
  const hasUnsent = alerts !== undefined && alerts.unsent.length > 0;
  return { judgedThrough: alerts?.judgedThrough, events: [], hasUnsent };
}

/** A customer is judged from its last complete hour on, and later from where its last judgement ended. */
function hoursToJudge(
  alerts: CustomerAlerts | undefined,
  end: WindowStart,
  { maxCatchUpHours }: JudgeOptions,
): { readonly starts: readonly WindowStart[]; readonly passedOver: number } {
  const to = hoursOf(end);
  const next = alerts === undefined ? to - 1 : hoursOf(alerts.judgedThrough);
  const from = Math.max(0, next, to - maxCatchUpHours);
  const starts = Array.from({ length: Math.max(0, to - from) }, (_, index) => startOfHours(from + index));
  return { starts, passedOver: from - Math.max(0, next) };
}

function judgeAll(
  customerId: CustomerId,
  hours: readonly CompleteHour[],
  rules: AlertRules,
  before: JudgedState,
  decidedAt: Date,
): { readonly state: JudgedState; readonly events: readonly AlertEvent[] } {
  const isHoliday = (start: WindowStart) =>
    rules.holidays.has(enclosingWindowStart(start, 'day').slice(0, 10));
  let state: JudgedState = { kinds: before.kinds, silence: before.silence };
  const events: AlertEvent[] = [];
  for (const { windowStart, counts, weeks } of hours) {
    const hour: HourToJudge = {
      counts,
      weeks: weeks.map((week) => (isHoliday(week.windowStart) ? undefined : week.counts)),
      isHoliday: isHoliday(windowStart),
      silence: noSilence,
    };
    const next = addHour(state, hour, rules, { customerId, windowStart, decidedAt });
    state = next.state;
    events.push(...next.events);
  }
  return { state, events };
}
