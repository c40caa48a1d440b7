import * as z from 'zod';
import type { CustomerDay, CustomerIndex } from './customer-index.ts';
import { customerIdSchema, readDocument } from './stored-document.ts';
import { parseWindowStart, type WindowStart } from './window.ts';

const formatVersion = 1;

const time = z.string().regex(/^(?:[01]\d|2[0-3]):[0-5]\d$/);
/** Requests, errors, and the times of the first and the last minute. */
const daySchema = z.tuple([z.int().nonnegative(), z.int().nonnegative(), time, time]);

const customerIndexSchema = z.object({
  customerId: customerIdSchema,
  revision: z.int().positive(),
  days: z.record(z.string(), daySchema).transform((days, context) => {
    const byStart = new Map<WindowStart, CustomerDay>();
    for (const [date, [requests, errors, first, last]] of Object.entries(days)) {
      const start = parseWindowStart(`${date}T00:00:00Z`);
      if (start === undefined || first > last) {
        context.addIssue({ code: 'custom', message: 'not a day' });
        return z.NEVER;
      }
      byStart.set(start, {
        requests,
        errors,
        firstWindow: minuteAt(date, first),
        lastWindow: minuteAt(date, last),
      });
    }
    return byStart;
  }),
});

/** Encodes an entry of the index of customers for the store: one line of JSON, with the days in time order. */
export function encodeCustomerIndex({ customerId, revision, days }: CustomerIndex): Buffer {
  const byDate: Record<string, z.input<typeof daySchema>> = {};
  for (const start of [...days.keys()].sort()) {
    const day = days.get(start);
    if (day === undefined) continue;
    const { requests, errors, firstWindow, lastWindow } = day;
    byDate[start.slice(0, 10)] = [requests, errors, timeOf(firstWindow), timeOf(lastWindow)];
  }
  return Buffer.from(`${JSON.stringify({ formatVersion, customerId, revision, days: byDate })}\n`);
}

/**
 * Decodes a stored entry of the index of customers.
 * @throws UnreadableFormat  not such an entry
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeCustomerIndex(body: Buffer): CustomerIndex {
  const { customerId, revision, days } = readDocument(
    body.toString(),
    'An entry of the index of customers',
    formatVersion,
    customerIndexSchema,
  );
  return { customerId, revision, days };
}

function timeOf(minute: WindowStart): string {
  return minute.slice(11, 16);
}

function minuteAt(date: string, time: string): WindowStart {
  return `${date}T${time}:00Z` as WindowStart; // both were checked
}
