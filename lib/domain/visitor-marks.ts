import { createHmac } from 'node:crypto';
import type { VisitorMarks } from './counting-rules.ts';
import { markOf, type VisitorMark } from './visitors.ts';

/** Raised when the same visitor could get another mark. */
const VISITORS_REVISION = 1;

/** Number of days whose visitors are remembered: those of today, and late ones of yesterday. */
const maxDays = 2;
const maxVisitorsOfDay = 50_000;

interface Day {
  /** Salt of the day: nobody can link its visitors to those of another day without the secret. */
  readonly salt: Buffer;
  readonly marks: Map<string, VisitorMark>;
}

/**
 * Creates a way to count visitors: an HMAC of address and agent, keyed by the UTC day and the secret of the installation. It
 * remembers the visitors that it has seen lately, since computing an HMAC takes as long as the rest of the work on an
 * entry.
 */
export function createVisitorMarks(secret: string): VisitorMarks {
  const days = new Map<number, Day>();

  function dayOf(day: number): Day {
    const known = days.get(day);
    if (known !== undefined) return known;
    const created = { salt: hmac(secret, `visitors of day ${day}`), marks: new Map<string, VisitorMark>() };
    const [oldest] = days.keys();
    if (days.size >= maxDays && oldest !== undefined) days.delete(oldest);
    days.set(day, created);
    return created;
  }

  return {
    version: `visitors.${VISITORS_REVISION}.${hmac(secret, 'version').toString('hex', 0, 4)}`,
    markOf({ address, userAgent, day }) {
      const { salt, marks } = dayOf(day);
      const visitor = `${address} ${userAgent}`;
      const known = marks.get(visitor);
      if (known !== undefined) return known;
      const mark = markOf(hmac(salt, visitor));
      if (marks.size >= maxVisitorsOfDay) marks.clear();
      marks.set(visitor, mark);
      return mark;
    },
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
