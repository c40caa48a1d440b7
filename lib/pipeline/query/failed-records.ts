import pMap from 'p-map';
import { decodeFailedRecord } from '../../domain/failed-record.ts';
import { decodeGivenUpRecords } from '../../domain/given-up-records.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import type { ObjectKey } from '../../domain/keys.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readPartitionKey } from '../../ports/partition-key.ts';

/** Where `aggregate` keeps what it can never apply, and an event source the records that its function dies of. */
export const failedRecordPrefixes = ['failed/', 'aws/lambda/'] as const;

export interface FailedRecordsOptions {
  readonly store: Pick<ObjectStore, 'get' | 'list'>;
  /** Returns another value once records may have been kept or removed. Without it, each question lists them anew. */
  readonly version?: (() => number) | undefined;
}

/** Finds out whose records were kept as failed and not given back. */
export interface FailedRecords {
  /**
   * Tells whether there may be one of this customer. True in doubt: where a record does not tell whose it is, and while
   * more of them are new than one question reads.
   * @throws Unavailable  the store cannot be asked now
   */
  mayHave(customerId: CustomerId): Promise<boolean>;
}

/** Whose records an object has; `anyone` where it does not tell. */
type Owners = ReadonlySet<string> | 'anyone';

const readsAQuestion = 200;
const readsInFlight = 16;
/** Some 100 bytes each. Beyond so many, every customer may have one. */
const maxObjects = 50_000;

/** The objects never change, so each is read once; their keys are listed when there may be others. */
export function createFailedRecords({ store, version }: FailedRecordsOptions): FailedRecords {
  let owners: ReadonlyMap<ObjectKey, Owners> = new Map();
  let customers = new Set<string>();
  let isAnyones = false;
  let isWhole = false;
  let listedAt: number | undefined;
  let listing: Promise<void> | undefined;

  async function list(): Promise<void> {
    const versionBefore = version?.();
    const next = new Map<ObjectKey, Owners>();
    const unread: ObjectKey[] = [];
    let isCutOff = false;
    for (const prefix of failedRecordPrefixes) {
      for await (const key of store.list(prefix)) {
        isCutOff = next.size + unread.length === maxObjects;
        if (isCutOff) break;
        const known = owners.get(key);
        if (known === undefined) unread.push(key);
        else next.set(key, known);
      }
    }
    await pMap(
      unread.slice(0, readsAQuestion),
      async (key) => {
        const found = await ownersOf(key, store);
        if (found !== undefined) next.set(key, found);
      },
      { concurrency: readsInFlight },
    );
    owners = next;
    customers = new Set();
    isAnyones = false;
    for (const its of next.values()) {
      if (its === 'anyone') isAnyones = true;
      else for (const customer of its) customers.add(customer);
    }
    isWhole = !isCutOff && unread.length <= readsAQuestion;
    listedAt = isWhole ? versionBefore : undefined;
  }

  const isListed = () => listedAt !== undefined && listedAt === version?.();

  return {
    async mayHave(customerId) {
      if (!isListed()) {
        await listing; // which may have begun too early; one that runs after it has not
        if (!isListed()) await (listing ??= list().finally(() => (listing = undefined)));
      }
      return !isWhole || isAnyones || customers.has(customerId);
    },
  };
}

/** `undefined` where it is not there any more. */
async function ownersOf(key: ObjectKey, store: Pick<ObjectStore, 'get'>): Promise<Owners | undefined> {
  const object = await store.get(key);
  if (object === undefined) return undefined;
  try {
    const partitionKeys = key.startsWith('failed/')
      ? [decodeFailedRecord(object.body).partitionKey]
      : decodeGivenUpRecords(object.body).records.map(({ partitionKey }) => partitionKey);
    const keys = partitionKeys.map(readPartitionKey);
    const isForWindows = keys.every(({ minute }) => minute !== undefined);
    return isForWindows ? new Set(keys.map(({ customer }) => customer)) : 'anyone';
  } catch (error) {
    if (error instanceof UnreadableFormat) return 'anyone';
    throw error;
  }
}
