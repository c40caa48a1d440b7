import type { Range } from '../period/period.ts';
import type { Client } from './client.ts';
import { instant, list, member, number, parseNextToken, text } from './fields.ts';

/** An alert that an hour raised or resolved. */
export interface Alert {
  readonly id: string;
  readonly kind: string;
  readonly isRaised: boolean;
  /** The alert that it resolves. */
  readonly raisedId: string | undefined;
  /** Start of the hour. */
  readonly hour: number;
  /** Start of the first of the unusual hours. */
  readonly since: number;
  readonly requests: number;
  /** `undefined` where nothing is known of it. */
  readonly usual: number | undefined;
  readonly errors: number | undefined;
}

/** An alert that is not resolved now. */
export interface OpenAlert {
  readonly id: string;
  readonly kind: string;
  readonly since: number;
}

/** The alerts of a period. */
export interface Alerts {
  /** In the order of time. */
  readonly alerts: readonly Alert[];
  /** The alerts that are not resolved now, whatever the period. */
  readonly open: readonly OpenAlert[];
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
    open: list(answer, 'open', parseOpen),
    areJudged: member(answer, 'judgedThrough') !== null,
    hasMore: parseNextToken(answer) !== undefined,
  };
}

function parseOpen(answer: unknown): OpenAlert {
  return {
    id: text(member(answer, 'id'), 'id'),
    kind: text(member(answer, 'kind'), 'kind'),
    since: instant(member(answer, 'since'), 'since'),
  };
}

function parseAlert(answer: unknown): Alert {
  const raisedId = member(answer, 'raisedId');
  const optional = (field: string) => {
    const value = member(answer, field);
    return value === undefined ? undefined : number(value, field);
  };
  return {
    id: text(member(answer, 'id'), 'id'),
    kind: text(member(answer, 'kind'), 'kind'),
    isRaised: member(answer, 'change') === 'raised',
    raisedId: raisedId === undefined ? undefined : text(raisedId, 'raisedId'),
    hour: instant(member(answer, 'windowStart'), 'windowStart'),
    since: instant(member(answer, 'since'), 'since'),
    requests: number(member(answer, 'requests'), 'requests'),
    usual: optional('usual'),
    errors: optional('errors'),
  };
}
