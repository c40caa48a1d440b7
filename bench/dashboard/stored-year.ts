import pMap from 'p-map';
import { ingestHandler } from '../../handlers/ingest.ts';
import { hourOfDay, encodeHoursOfDay } from '../../lib/domain/hours-of-day.ts';
import { minuteKey, windowKey } from '../../lib/domain/keys.ts';
import { encodeRolledUp } from '../../lib/domain/roll-up-format.ts';
import { rollUp, type RolledUpWindow } from '../../lib/domain/roll-up.ts';
import { customerIdSchema, windowStartSchema } from '../../lib/domain/stored-document.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { addToSum, emptySum, foldSum, type WindowSum } from '../../lib/domain/window-sum.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { foldingLimits } from '../../test/factories.ts';
import { postLogs } from '../../test/handlers/app.ts';
import { createSampleFacts } from '../sample-facts.ts';
import { createSampleTraffic } from '../sample-traffic.ts';
import { countStored } from '../stored-batches.ts';
import { openTemporaryApp } from '../temporary-app.ts';

const hourMilliseconds = 3_600_000;
const dayMilliseconds = 24 * hourMilliseconds;
const hoursInDay = 24;
const minutesInHour = 60;
/** Days that are counted from entries; the others repeat them. */
const countedDays = 3;
const sampleStart = Date.UTC(2025, 11, 28);

/**
 * Stores days of a customer and their hours, with all facts, as rolling up stores them.
 * @param end      the end of the last day
 * @param entries  entries of an hour, on average
 */
export async function storeYear(
  name: string,
  { end, days, entries }: { end: number; days: number; entries: number },
  store: ObjectStore,
): Promise<void> {
  const customerId = customerIdSchema.parse(name);
  const samples = await sampleDays(entries);
  const updatedAt = new Date(end);
  const start = (instant: number) =>
    windowStartSchema.parse(`${new Date(instant).toISOString().slice(0, 19)}Z`);
  await pMap(
    Array.from({ length: days }, (_, day) => day),
    async (day) => {
      const from = end - (days - day) * dayMilliseconds;
      const hours = samples[day % samples.length] ?? [];
      const sum = emptySum();
      const rolledUp = hours.map((hour, place): RolledUpWindow => {
        addToSum(sum, hour);
        const windowStart = start(from + place * hourMilliseconds);
        return rollUp(undefined, { customerId, windowSize: 'hour', windowStart }, hour, updatedAt);
      });
      for (const hour of rolledUp)
        await store.put(windowKey(customerId, 'hour', hour.windowStart), encodeRolledUp(hour), {
          ifNoneMatch: '*',
        });
      const ofDay = { customerId, windowSize: 'day', windowStart: start(from) } as const;
      const folded = foldSum(sum, foldingLimits);
      const body = Buffer.concat([
        encodeRolledUp(rollUp(undefined, ofDay, folded, updatedAt)),
        encodeHoursOfDay(rolledUp.map(hourOfDay)),
      ]);
      await store.put(windowKey(customerId, 'day', ofDay.windowStart), body, { ifNoneMatch: '*' });
    },
    { concurrency: 4 },
  );
}

/** Counts some days of entries with all facts, hour by hour, in a store of its own. */
async function sampleDays(entries: number): Promise<readonly (readonly WindowSum[])[]> {
  const temporary = await openTemporaryApp({
    VISITORS_SECRET: 'a secret of this benchmark, of no other use',
  });
  try {
    const ingest = ingestHandler(async () => temporary.app);
    const traffic = createSampleTraffic(1);
    const factsOf = createSampleFacts(1);
    const customerId = customerIdSchema.parse('sample');
    const hours = Array.from(
      { length: countedDays * hoursInDay },
      (_, hour) => sampleStart + hour * hourMilliseconds,
    );
    const sums: WindowSum[] = [];
    for (const [place, hour] of hours.entries()) {
      // More requests by day than by night, and on some days than on others.
      const busy = 1 - 0.6 * Math.cos((2 * Math.PI * (place % hoursInDay)) / hoursInDay);
      const count = Math.round(entries * busy * (1 - 0.15 * Math.floor(place / hoursInDay)));
      const body = traffic
        .entries(count, new Date(hour), minutesInHour)
        .map((entry) => Object.assign(entry, factsOf(entry.path, entry.userAgent)));
      const headers = { 'x-customer-id': customerId, 'idempotency-key': String(hour) };
      const { statusCode } = await ingest(postLogs(body, headers));
      if (statusCode !== 202) throw new Error(`A batch was answered with ${statusCode}.`);
    }
    await countStored(temporary);
    for (const hour of hours) {
      const sum = emptySum();
      for (let minute = 0; minute < minutesInHour; minute++) {
        const iso = new Date(hour + minute * 60_000).toISOString();
        const key = minuteKey(customerId, windowStartSchema.parse(`${iso.slice(0, 19)}Z`));
        const object = await temporary.parts.store.get(key);
        if (object !== undefined) addToSum(sum, decodeWindow(object.body));
      }
      sums.push(foldSum(sum, foldingLimits));
    }
    return Array.from({ length: countedDays }, (_, day) =>
      sums.slice(day * hoursInDay, (day + 1) * hoursInDay),
    );
  } finally {
    await temporary.remove();
  }
}
