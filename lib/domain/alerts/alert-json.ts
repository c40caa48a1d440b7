import { describeAlert, type AlertEvent } from './alert-event.ts';

/** An event as it is sent and answered. */
export interface AlertJson extends Omit<AlertEvent, 'decidedAt'> {
  readonly windowSize: 'hour';
  readonly decidedAt: string;
  /** The event as a sentence. */
  readonly text: string;
}

/** Returns an event as it is sent and answered. */
export function alertToJson(event: AlertEvent): AlertJson {
  const { id, customerId, kind, change, windowStart, decidedAt, ...rest } = event;
  return {
    id,
    customerId,
    kind,
    change,
    windowSize: 'hour',
    windowStart,
    ...rest,
    decidedAt: decidedAt.toISOString(),
    text: describeAlert(event),
  };
}
