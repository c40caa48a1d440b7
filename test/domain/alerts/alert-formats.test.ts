import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { decodeAlertEvent, encodeAlertEvent } from '../../../lib/domain/alerts/alert-event-format.ts';
import { describeAlert } from '../../../lib/domain/alerts/alert-event.ts';
import { nothingJudged } from '../../../lib/domain/alerts/alert-state.ts';
import {
  decodeCustomerAlerts,
  encodeCustomerAlerts,
  type CustomerAlerts,
} from '../../../lib/domain/alerts/customer-alerts.ts';
import { NewerFormat, UnreadableFormat } from '../../../lib/errors.ts';
import { alertEvent } from '../../alert-events.ts';
import { customer, instant, windowStart } from '../../factories.ts';

/** Reads a file that this version stored, or an earlier one. A file here is never changed. */
function fixture(name: string): Buffer {
  return readFileSync(new URL(`../../fixtures/formats/${name}`, import.meta.url));
}

const event = alertEvent({ kind: 'errors', errors: 90, limitShare: 0.05, usual: undefined });
const { since } = event;
const alerts: CustomerAlerts = {
  ...nothingJudged,
  customerId: customer('Acme.%2e'),
  judgedThrough: windowStart('2025-12-28T19:00:00Z'),
  kinds: {
    ...nothingJudged.kinds,
    fall: {
      open: { id: event.id, windowStart: since, since },
      unusualHours: 0,
      since: undefined,
      usualHours: 1,
      unjudgedHours: 0,
    },
    rise: { open: undefined, unusualHours: 1, since, usualHours: 0, unjudgedHours: 0 },
  },
  silence: { hours: 2, usual: 31 },
  unsent: [{ event, isKept: true, targets: ['webhook', 'sns'] }],
  asOf: instant('2025-12-28T19:12:31.406Z'),
};

describe('stored alerts', () => {
  it('are read as they were written', () => {
    expect(decodeAlertEvent(encodeAlertEvent(event))).toEqual(event);
    expect(decodeCustomerAlerts(encodeCustomerAlerts(alerts))).toEqual(alerts);
  });

  it('of version 1 are read for ever', () => {
    expect(decodeAlertEvent(fixture('alert-event-1.json'))).toEqual(event);
    expect(decodeCustomerAlerts(fixture('customer-alerts-1.json'))).toEqual(alerts);
  });

  it('of a newer version, or damaged ones, are refused', () => {
    const newer = Buffer.from('{"formatVersion":2}');
    for (const decode of [decodeAlertEvent, decodeCustomerAlerts]) {
      expect(() => decode(newer)).toThrow(NewerFormat);
      expect(() => decode(Buffer.from('{"formatVersion":1}'))).toThrow(UnreadableFormat);
    }
  });
});

describe('an event as a sentence', () => {
  it.each([
    [
      { kind: 'fall' },
      'traffic fell to 1,250 requests in the hour from 2025-12-28 18:00 UTC; about 16,000 are usual.',
    ],
    [
      { kind: 'rise', requests: 1 },
      'traffic rose to 1 request in the hour from 2025-12-28 18:00 UTC; about 16,000 are usual.',
    ],
    [{ kind: 'errors', errors: 90 }, '90 of 1,250 requests failed in the hour from 2025-12-28 18:00 UTC.'],
    [
      { kind: 'silence', silentHours: 3 },
      'no request in the hour from 2025-12-28 18:00 UTC and the 2 before it; about 16,000 are usual.',
    ],
    [
      { change: 'resolved', reason: 'recovered' },
      'traffic is as usual again in the hour from 2025-12-28 18:00 UTC.',
    ],
    [
      { change: 'resolved', reason: 'switched-off' },
      'the rule "fall" was switched off, so its alert has ended.',
    ],
    [
      { change: 'resolved', reason: 'not-judged' },
      'traffic could not be judged for a week, so the alert "fall" has ended.',
    ],
  ] as const)('describes %j', (fields, sentence) => {
    expect(describeAlert(alertEvent(fields))).toBe(`cus-axon: ${sentence}`);
  });
});
