import type { AlertKind } from '../../lib/domain/alerts/alert-kinds.ts';
import { randomNumbers } from '../../traffic/seeded-order.ts';
import type { Change } from './traffic-year.ts';

/** Kinds of incidents that are planted, and the alerts that find them. */
export const incidentKinds = [
  { name: 'outage of 4 hours', hours: 4, traffic: 0, serverErrors: 0, found: ['silence', 'fall'] },
  { name: 'outage of 90 minutes', hours: 1.5, traffic: 0, serverErrors: 0, found: ['silence', 'fall'] },
  { name: 'fall to 20 %, 6 hours', hours: 6, traffic: 0.2, serverErrors: 0, found: ['fall'] },
  { name: 'fall to 40 %, 6 hours', hours: 6, traffic: 0.4, serverErrors: 0, found: ['fall'] },
  { name: 'rise to 5 times, 4 hours', hours: 4, traffic: 5, serverErrors: 0, found: ['rise'] },
  { name: '10 % errors, 3 hours', hours: 3, traffic: 1, serverErrors: 0.1, found: ['errors'] },
  { name: '40 % errors, 1 hour', hours: 1, traffic: 1, serverErrors: 0.4, found: ['errors'] },
] as const satisfies readonly {
  readonly name: string;
  readonly hours: number;
  readonly traffic: number;
  readonly serverErrors: number;
  readonly found: readonly AlertKind[];
}[];

export interface Incident {
  readonly kind: (typeof incidentKinds)[number];
  /** Hours from the beginning; they begin at any minute. */
  readonly from: number;
  readonly to: number;
}

/** Days between two incidents, so that none is compared with another one of the weeks before. */
const daysBetween = 9;

/** Returns incidents of all kinds in turns, at any time of the day. */
export function plantIncidents(first: number, last: number, seed: number): readonly Incident[] {
  const random = randomNumbers(seed);
  const incidents: Incident[] = [];
  const begin = first + Math.floor(random() * daysBetween) * 24;
  for (let at = begin; at < last - 48; at += daysBetween * 24) {
    const kind = incidentKinds[incidents.length % incidentKinds.length] ?? incidentKinds[0];
    const from = at + random() * 24;
    incidents.push({ kind, from, to: from + kind.hours });
  }
  return incidents;
}

/** Returns what incidents change in an hour; `undefined` if there is none. Of an hour that is hit in part, in that part. */
export function changeAt(hour: number, incidents: readonly Incident[]): Change | undefined {
  for (const { kind, from, to } of incidents) {
    const part = Math.min(hour + 1, to) - Math.max(hour, from);
    if (part <= 0) continue;
    return { traffic: 1 + part * (kind.traffic - 1), serverErrors: part * kind.serverErrors };
  }
  return undefined;
}
