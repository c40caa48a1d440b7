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
  /** Marks by agent and address; a name made of both would be long, and made for each look-up. */
  readonly marks: Map<string, Map<string, VisitorMark>>;
  visitors: number;
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
    const created: Day = { salt: hmac(secret, `visitors of day ${day}`), marks: new Map(), visitors: 0 };
    const [oldest] = days.keys();
    if (days.size >= maxDays && oldest !== undefined) days.delete(oldest);
    days.set(day, created);
    return created;
  }

  return {
    version: `visitors.${VISITORS_REVISION}.${hmac(secret, 'version').toString('hex', 0, 4)}`,
    markOf({ address, userAgent, day }) {
      const its = dayOf(day);
      const known = its.marks.get(userAgent)?.get(address);
      if (known !== undefined) return known;
      const mark = markOf(hmac(its.salt, `${address} ${userAgent}`));
      if (its.visitors >= maxVisitorsOfDay) {
        its.marks.clear();
        its.visitors = 0;
      }
      const ofAgent = its.marks.get(userAgent);
      if (ofAgent === undefined) its.marks.set(userAgent, new Map([[address, mark]]));
      else ofAgent.set(address, mark);
      its.visitors += 1;
      return mark;
    },
  };
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
