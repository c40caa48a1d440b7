import type { Range } from '../period/period.ts';
import type { Client } from './client.ts';
import { instant, list, member, number, parseNextToken, text } from './fields.ts';

/** An alert that an hour raised or resolved. */
export interface Alert {
  readonly id: string;
  readonly kind: string;
  readonly isRaised: boolean;
  /** Start of the hour. */
  readonly hour: number;
  readonly requests: number;
  /** `undefined` where nothing is known of it. */
  readonly usual: number | undefined;
  readonly errors: number | undefined;
}

/** The alerts of a period. */
export interface Alerts {
  /** In the order of time. */
  readonly alerts: readonly Alert[];
  /** Ids of the alerts that are not resolved now. */
  readonly open: ReadonlySet<string>;
  /** True if hours of the customer are judged at all. */
  readonly areJudged: boolean;
  /** There are more alerts in the period. */
  readonly hasMore: boolean;
}

const mostAlerts = '200';

/** Loads the alerts of a period. */
export function loadAlerts(
  customer: string,
  { from, to }: Range,
  client: Client,
  signal: AbortSignal,
): Promise<Alerts> {
  const parameters = {
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    limit: mostAlerts,
  };
  return client.get({ path: 'alerts', parameters, customer }, parseAlerts, signal);
}

/** Parses the answer of `GET /alerts`. */
export function parseAlerts(answer: unknown): Alerts {
  return {
    alerts: list(answer, 'alerts', parseAlert),
    open: new Set(list(answer, 'open', (open) => text(member(open, 'id'), 'id'))),
    areJudged: member(answer, 'judgedThrough') !== null,
    hasMore: parseNextToken(answer) !== undefined,
  };
}

function parseAlert(answer: unknown): Alert {
  const optional = (field: string) => {
    const value = member(answer, field);
    return value === undefined ? undefined : number(value, field);
  };
  return {
    id: text(member(answer, 'id'), 'id'),
    kind: text(member(answer, 'kind'), 'kind'),
    isRaised: member(answer, 'change') === 'raised',
    hour: instant(member(answer, 'windowStart'), 'windowStart'),
    requests: number(member(answer, 'requests'), 'requests'),
    usual: optional('usual'),
    errors: optional('errors'),
  };
}
