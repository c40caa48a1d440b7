import * as z from 'zod';
import { CustomerDays } from './customer-days.ts';
import { parseCustomerId } from './customer-id.ts';
import type { CustomerDay, CustomerIndex } from './customer-index.ts';
import { customerIdSchema, readDocument } from './stored-document.ts';
import { minuteOfInstant } from './timestamp.ts';
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

/** An entry without a look at each of its days. */
const usualSchema = z.object({
  formatVersion: z.literal(formatVersion),
  customerId: z.string(),
  revision: z.int().positive(),
  days: z.custom<object>((days) => typeof days === 'object' && days !== null && !Array.isArray(days)),
});

/** Minutes of the day by their texts. */
const minuteOfTime: ReadonlyMap<unknown, number> = new Map(
  Array.from({ length: 24 * 60 }, (_, minute) => {
    const twoDigits = (number: number) => String(number).padStart(2, '0');
    return [`${twoDigits(Math.floor(minute / 60))}:${twoDigits(minute % 60)}`, minute];
  }),
);

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

/**
 * Decodes a stored entry for adding up. The first list of customers after a start decodes thousands of entries: this
 * takes 25 µs for 90 days, where the schema of `decodeCustomerIndex` takes 150 µs. Whatever is unusual is left to that.
 * @throws UnreadableFormat  not such an entry
 * @throws NewerFormat       a newer version wrote it
 */
export function decodeCustomerDays(body: Buffer): CustomerDays {
  return readUsual(body) ?? CustomerDays.of(decodeCustomerIndex(body));
}

/** Reads an entry as `encodeCustomerIndex` writes it; returns `undefined` for any other. */
function readUsual(body: Buffer): CustomerDays | undefined {
  const document = usualSchema.safeParse(parsed(body)).data;
  const customerId = document && parseCustomerId(document.customerId);
  if (document === undefined || customerId === undefined) return undefined;
  const days: [string, unknown][] = Object.entries(document.days);
  const column = () => new Float64Array(days.length);
  const columns = { firstMinutes: column(), lastMinutes: column(), requests: column(), errors: column() };
  let before = -1;
  for (const [place, [date, day]] of days.entries()) {
    const start = minuteOfInstant(`${date}T00:00:00Z`);
    if (start === undefined || start <= before || !Array.isArray(day) || day.length !== 4) return undefined;
    before = start;
    const [requests, errors, first, last] = day as readonly unknown[];
    const [firstMinute, lastMinute] = [minuteOfTime.get(first), minuteOfTime.get(last)];
    if (!isCount(requests) || !isCount(errors)) return undefined;
    if (firstMinute === undefined || lastMinute === undefined || firstMinute > lastMinute) return undefined;
    columns.requests[place] = requests;
    columns.errors[place] = errors;
    columns.firstMinutes[place] = start + firstMinute;
    columns.lastMinutes[place] = start + lastMinute;
  }
  return new CustomerDays(customerId, columns);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined; // `decodeCustomerIndex` says why
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function timeOf(minute: WindowStart): string {
  return minute.slice(11, 16);
}

function minuteAt(date: string, time: string): WindowStart {
  return `${date}T${time}:00Z` as WindowStart; // both were checked
}
