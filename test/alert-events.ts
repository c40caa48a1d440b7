import { alertEventId, type AlertEvent } from '../lib/domain/alerts/alert-event.ts';
import { customer, instant, windowStart } from './factories.ts';

/** Creates an event, by default of a fall that was raised. */
export function alertEvent(fields: Partial<AlertEvent> = {}): AlertEvent {
  const event = {
    customerId: customer(),
    kind: 'fall',
    change: 'raised',
    windowStart: windowStart('2025-12-28T18:00:00Z'),
    since: windowStart('2025-12-28T17:00:00Z'),
    requests: 1_250,
    usual: 16_000,
    decidedAt: instant('2025-12-28T19:12:31.406Z'),
    ...fields,
  } as const;
  return { id: alertEventId(event), ...event };
}
