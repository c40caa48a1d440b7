import * as z from 'zod';
import type { CustomerId } from '../customer-id.ts';
import { customerIdSchema, instantSchema, readDocument, windowStartSchema } from '../stored-document.ts';
import type { WindowStart } from '../window.ts';
import type { AlertEvent } from './alert-event.ts';
import { alertEventSchema } from './alert-event-format.ts';
import { mapAlertKinds } from './alert-kinds.ts';
import type { JudgedState } from './alert-state.ts';

/** Places that events are sent to. */
export const alertTargetNames = ['webhook', 'sns'] as const;
export type AlertTargetName = (typeof alertTargetNames)[number];

/** An event that was decided, and is not kept or not sent everywhere yet. */
export interface UnsentEvent {
  readonly event: AlertEvent;
  /** True if it has an object of its own, which answers show. */
  readonly isKept: boolean;
  /** The targets that have not accepted it. */
  readonly targets: readonly AlertTargetName[];
}

/**
 * Everything about a customer's alerts that outlives an invocation. One write of it decides hours and the events that
 * follow from them, so nothing can be decided without being sent.
 */
export interface CustomerAlerts extends JudgedState {
  readonly customerId: CustomerId;
  /** Every hour before this one was judged, or passed over for good. */
  readonly judgedThrough: WindowStart;
  readonly unsent: readonly UnsentEvent[];
  /** When its last judgement began, before anything was read. */
  readonly asOf: Date;
}

const formatVersion = 1;

const count = z.int().nonnegative();
const kindSchema = z.object({
  open: z.object({ id: z.string(), windowStart: windowStartSchema, since: windowStartSchema }).optional(),
  unusualHours: count,
  since: windowStartSchema.optional(),
  usualHours: count,
  unjudgedHours: count,
});

const customerAlertsSchema = z.object({
  customerId: customerIdSchema,
  judgedThrough: windowStartSchema,
  kinds: z.object(mapAlertKinds(() => kindSchema)),
  silence: z.object({ hours: count, usual: z.number() }),
  unsent: z.array(
    z.object({ event: alertEventSchema, isKept: z.boolean(), targets: z.array(z.enum(alertTargetNames)) }),
  ),
  asOf: instantSchema,
});

/** Encodes a customer's alerts for the store. */
export function encodeCustomerAlerts(alerts: CustomerAlerts): Buffer {
  return Buffer.from(`${JSON.stringify({ formatVersion, ...alerts })}\n`);
}

/**
 * Decodes stored alerts of a customer.
 * @throws UnreadableFormat  not such a document
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeCustomerAlerts(body: Buffer): CustomerAlerts {
  const document = readDocument(body.toString(), 'A state of alerts', formatVersion, customerAlertsSchema);
  const kinds = mapAlertKinds((kind) => {
    const { open, since, ...rest } = document.kinds[kind];
    return { ...rest, open, since };
  });
  return { ...document, kinds };
}
