import pMap, { pMapSkip } from 'p-map';
import type { CustomerId } from '../../domain/customer-id.ts';
import {
  alertEventPrefix,
  alertStateKey,
  batchPrefix,
  customerIndexKey,
  windowPrefix,
  type ObjectKey,
} from '../../domain/keys.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { failedRecordPrefixes } from '../failed-records/failed-records.ts';
import { readBatchHeader } from '../ingest/read-stored-batch.ts';
import { readTombstone } from './read-tombstone.ts';
import { isFailedRecordOf, namesCustomer } from './forget-failed-records.ts';

/** Inventory of a customer's data. */
export interface CustomerSurvey {
  readonly batches: number;
  readonly minutes: number;
  readonly hoursAndDays: number;
  readonly failedRecords: number;
  /** Events of alerts, and what is remembered for the next ones. */
  readonly alerts: number;
  /** It has an entry in the index of customers. */
  readonly isIndexed: boolean;
  /** It has a tombstone that is not complete, or that cannot be read. */
  readonly isBeingForgotten: boolean;
  /** The latest instant at which one of its batches was stored, by the clock of the process that stored it. */
  readonly lastStoredAt: Date | undefined;
}

const objectsInFlight = 32;

/**
 * Surveys a customer's data, and writes nothing. The keys of failed records do not contain their customer, so it reads all
 * of them.
 * @throws Unavailable  the store cannot be read now
 */
export async function surveyCustomer(
  customerId: CustomerId,
  store: Pick<ObjectStore, 'get' | 'list'>,
): Promise<CustomerSurvey> {
  let lastStoredAt: Date | undefined;
  const batches = await count(store.list(batchPrefix(customerId)), async (key) => {
    const storedAt = await storedAtOf(key, store);
    if (storedAt !== undefined && (lastStoredAt === undefined || storedAt > lastStoredAt))
      lastStoredAt = storedAt;
    return true;
  });
  const countWindows = (size: 'minute' | 'hour' | 'day') =>
    count(store.list(windowPrefix(customerId, size)), async () => true);
  const minutes = await countWindows('minute');
  const hoursAndDays = (await countWindows('hour')) + (await countWindows('day'));
  const [failed, invocations] = failedRecordPrefixes;
  const failedRecords =
    (await count(store.list(failed), (key) => isFailedRecordOf(key, customerId, store))) +
    (await count(store.list(invocations), (key) => namesCustomer(key, customerId, store)));
  const hasAlertState = (await store.get(alertStateKey(customerId), { firstBytes: 0 })) !== undefined;
  const alerts =
    (await count(store.list(alertEventPrefix(customerId)), async () => true)) + (hasAlertState ? 1 : 0);
  const isIndexed = (await store.get(customerIndexKey(customerId), { firstBytes: 0 })) !== undefined;
  const isBeingForgotten = await hasOpenTombstone(customerId, store);
  return { batches, minutes, hoursAndDays, failedRecords, alerts, isIndexed, isBeingForgotten, lastStoredAt };
}

async function hasOpenTombstone(customerId: CustomerId, store: Pick<ObjectStore, 'get'>): Promise<boolean> {
  try {
    const tombstone = await readTombstone(customerId, store);
    return tombstone !== undefined && tombstone.completedAt === undefined;
  } catch (error) {
    if (error instanceof UnreadableFormat) return true;
    throw error;
  }
}

/**
 * Returns whether a survey has found nothing. A forgetting that was begun is something: others may have removed all data,
 * and answers claim nothing until its tombstone is complete.
 */
export function isUnknown({
  batches,
  minutes,
  hoursAndDays,
  failedRecords,
  alerts,
  isIndexed,
  isBeingForgotten,
}: CustomerSurvey): boolean {
  return batches + minutes + hoursAndDays + failedRecords + alerts === 0 && !isIndexed && !isBeingForgotten;
}

async function count(
  keys: AsyncIterable<ObjectKey>,
  isOne: (key: ObjectKey) => Promise<boolean>,
): Promise<number> {
  let found = 0;
  await pMap(
    keys,
    async (key) => {
      if (await isOne(key)) found += 1;
      return pMapSkip; // else there would be a list of all results
    },
    { concurrency: objectsInFlight },
  );
  return found;
}

async function storedAtOf(key: ObjectKey, store: Pick<ObjectStore, 'get'>): Promise<Date | undefined> {
  try {
    return (await readBatchHeader(key, store))?.storedAt;
  } catch (error) {
    if (error instanceof UnreadableFormat) return undefined; // it is removed nevertheless
    throw error;
  }
}
