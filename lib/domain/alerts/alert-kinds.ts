/** Kinds of alerts: less traffic than usual, more than usual, a large share of errors, and no request at all. */
export const alertKinds = ['fall', 'rise', 'errors', 'silence'] as const;
export type AlertKind = (typeof alertKinds)[number];

/** Something that happened to an alert. */
export const alertChanges = ['raised', 'resolved'] as const;
export type AlertChange = (typeof alertChanges)[number];

/**
 * Reasons why an alert ended: the hours are as usual again, no hour could be judged for a week, or the rule was switched
 * off.
 */
export const resolveReasons = ['recovered', 'not-judged', 'switched-off'] as const;
export type ResolveReason = (typeof resolveReasons)[number];

/** Returns a value for each kind. */
export function mapAlertKinds<T>(value: (kind: AlertKind) => T): Readonly<Record<AlertKind, T>> {
  return { fall: value('fall'), rise: value('rise'), errors: value('errors'), silence: value('silence') };
}
