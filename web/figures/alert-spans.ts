import type { Alert, Alerts } from '../api/load-alerts.ts';
import { hourMilliseconds, type Range } from '../period/period.ts';

/** A time in which traffic was not as usual. */
export interface AlertSpan extends Range {
  readonly kind: string;
  /** The event that raised the alert; `undefined` if that was before the period. */
  readonly raised: Alert | undefined;
}

/** Returns the parts of a range in which alerts lasted, by their start. An alert that is not over lasts until now. */
export function alertSpans(
  { alerts, open, hasMore }: Alerts,
  range: Range,
  now: number,
): readonly AlertSpan[] {
  const ends = new Map(alerts.flatMap((alert) => (alert.isRaised ? [] : [[alert.raisedId, alert.hour]])));
  const raised = alerts.filter(({ isRaised }) => isRaised);
  const ids = new Set<string | undefined>(raised.map(({ id }) => id));
  const openIds = new Set(open.map(({ id }) => id));
  const endOf = ({ id, hour }: Alert): number => {
    if (openIds.has(id)) return now;
    // Its end is behind the period, or not among the alerts that were read.
    return ends.get(id) ?? (hasMore ? hour + hourMilliseconds : range.to);
  };
  const spans: AlertSpan[] = [
    ...open
      .filter(({ id, since }) => !ids.has(id) && since < range.from)
      .map(({ kind }) => ({ kind, from: range.from, to: now, raised: undefined })),
    ...alerts
      .filter(({ isRaised, raisedId }) => !isRaised && !ids.has(raisedId))
      .map(({ kind, hour }) => ({ kind, from: range.from, to: hour, raised: undefined })),
    ...raised.map((alert) => ({ kind: alert.kind, from: alert.since, to: endOf(alert), raised: alert })),
  ];
  return spans
    .map(({ kind, raised, from, to }) => ({
      kind,
      raised,
      from: Math.max(from, range.from),
      to: Math.min(Math.max(to, from + hourMilliseconds), range.to),
    }))
    .filter(({ from, to }) => from < to)
    .toSorted((a, b) => a.from - b.from);
}
