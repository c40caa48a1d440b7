import { createHash } from 'node:crypto';
import type { CustomerId } from '../customer-id.ts';
import type { WindowStart } from '../window.ts';
import type { AlertChange, AlertKind, ResolveReason } from './alert-kinds.ts';

/** An alert was raised, or resolved. Its id is the same however often it is decided or sent. */
export interface AlertEvent {
  readonly id: AlertEventId;
  readonly customerId: CustomerId;
  readonly kind: AlertKind;
  readonly change: AlertChange;
  /** The hour that raised or resolved it. */
  readonly windowStart: WindowStart;
  /** The first of the unusual hours. */
  readonly since: WindowStart;
  /** With `resolved`: the event that raised it, and why it ended. */
  readonly raisedId?: AlertEventId | undefined;
  readonly reason?: ResolveReason | undefined;
  /** Requests of the hour, and the figures that it was judged by. */
  readonly requests: number;
  readonly usual?: number | undefined;
  readonly errors?: number | undefined;
  readonly limitShare?: number | undefined;
  readonly silentHours?: number | undefined;
  /** When it was decided, before the counts were read. */
  readonly decidedAt: Date;
}

/** 32 hexadecimal digits. */
export type AlertEventId = string;

/** Returns the id of an event: a digest of what makes it one of its own. */
export function alertEventId(
  event: Pick<AlertEvent, 'customerId' | 'kind' | 'windowStart' | 'change'>,
): AlertEventId {
  const { customerId, kind, windowStart, change } = event;
  const text = [customerId, kind, windowStart, change].join('\n');
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

/** Writes the event as a sentence for people. */
export function describeAlert(event: AlertEvent): string {
  const { customerId, kind, change, windowStart, requests, usual = 0, errors = 0, silentHours = 1 } = event;
  const hour = `in the hour from ${windowStart.slice(0, 16).replace('T', ' ')} UTC`;
  if (change === 'resolved')
    return `${customerId}: ${resolvedTexts[event.reason ?? 'recovered'](kind, hour)}`;
  const inAll = `${whole(requests)} ${requests === 1 ? 'request' : 'requests'}`;
  switch (kind) {
    case 'fall':
      return `${customerId}: traffic fell to ${inAll} ${hour}; about ${whole(usual)} are usual.`;
    case 'rise':
      return `${customerId}: traffic rose to ${inAll} ${hour}; about ${whole(usual)} are usual.`;
    case 'errors':
      return `${customerId}: ${whole(errors)} of ${inAll} failed ${hour}.`;
    case 'silence':
      return `${customerId}: no request ${hour}${silentHours > 1 ? ` and the ${silentHours - 1} before it` : ''}; about ${whole(usual)} are usual.`;
  }
}

const nouns: Readonly<Record<AlertKind, string>> = {
  fall: 'traffic',
  rise: 'traffic',
  errors: 'the share of errors',
  silence: 'traffic',
};

const resolvedTexts: Readonly<Record<ResolveReason, (kind: AlertKind, hour: string) => string>> = {
  recovered: (kind, hour) =>
    kind === 'silence' ? `requests arrive again ${hour}.` : `${nouns[kind]} is as usual again ${hour}.`,
  'not-judged': (kind) => `${nouns[kind]} could not be judged for a week, so the alert "${kind}" has ended.`,
  'switched-off': (kind) => `the rule "${kind}" was switched off, so its alert has ended.`,
};

function whole(number: number): string {
  return Math.round(number).toLocaleString('en-US');
}
