import pMap from 'p-map';
import { decodeFailedRecord, digestOf, type FailedRecord } from '../../domain/failed-record.ts';
import { decodeFailedInvocation } from '../../domain/failed-invocation.ts';
import type { CustomerId } from '../../domain/customer-id.ts';
import { customerOfSegment, customerSegmentOfBatch, type ObjectKey } from '../../domain/keys.ts';
import { UnreadableFormat } from '../../errors.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import { readPartitionKey } from '../../ports/partition-key.ts';

/**
 * Prefixes of failed records: `aggregate` keeps those that it can never apply, and an event source keeps those that its
 * function died of.
 */
export const failedRecordPrefixes = ['failed/', 'aws/lambda/'] as const;

export interface FailedRecordsOptions {
  readonly store: Pick<ObjectStore, 'get' | 'list'>;
  /** Returns another value once records may have been kept or removed. Without it, each question lists them anew. */
  readonly version?: (() => number) | undefined;
}

/** Finds out whose records were kept as failed and not given back. */
export interface FailedRecords {
  /**
   * Reports whether there may be one of this customer, or of any customer if none is given. True in doubt: where a record does
   * not tell whose it is, and while more records are new than one question reads.
   * @throws Unavailable  the store cannot be asked now
   */
  mayHave(customerId: CustomerId | undefined): Promise<boolean>;
  /**
   * Returns a function that says whether `aggregate` keeps a record under `failed/`. False in doubt: for a record that was kept or
   * is removed since, and for some while there are more than are read for one question.
   * @throws Unavailable  the store cannot be asked now
   */
  kept(): Promise<(record: Pick<FailedRecord, 'partitionKey' | 'data'>) => boolean>;
}

/** Facts remembered about an object. */
interface KeptObject {
  /** Customers whose records it has; `anyone` where it does not name them. */
  readonly owners: ReadonlySet<string> | 'anyone';
  /** Digest of a record that `aggregate` keeps. */
  readonly digest: string | undefined;
}

const readsAQuestion = 200;
const readsInFlight = 16;
/** Maximum of objects remembered, at some 200 bytes each. Beyond it, every customer may have a failed record. */
const maxObjects = 50_000;

/** The objects never change, so each is read once; their keys are listed when there may be others. */
export function createFailedRecords({ store, version }: FailedRecordsOptions): FailedRecords {
  let objects: ReadonlyMap<ObjectKey, KeptObject> = new Map();
  let customers = new Set<string>();
  let isAnyones = false;
  let isWhole = false;
  let listedAt: number | undefined;
  let listing: Promise<void> | undefined;

  async function list(): Promise<void> {
    const versionBefore = version?.();
    const next = new Map<ObjectKey, KeptObject>();
    const unread: ObjectKey[] = [];
    let isCutOff = false;
    for (const prefix of failedRecordPrefixes) {
      for await (const key of store.list(prefix)) {
        isCutOff = next.size + unread.length === maxObjects;
        if (isCutOff) break;
        const known = objects.get(key);
        if (known === undefined) unread.push(key);
        else next.set(key, known);
      }
    }
    await pMap(
      unread.slice(0, readsAQuestion),
      async (key) => {
        const found = await readKept(key, store);
        if (found !== undefined) next.set(key, found);
      },
      { concurrency: readsInFlight },
    );
    objects = next;
    customers = new Set();
    isAnyones = false;
    for (const { owners } of next.values()) {
      if (owners === 'anyone') isAnyones = true;
      else for (const customer of owners) customers.add(customer);
    }
    isWhole = !isCutOff && unread.length <= readsAQuestion;
    listedAt = isWhole ? versionBefore : undefined;
  }

  const isListed = () => listedAt !== undefined && listedAt === version?.();

  const listIfNeeded = async () => {
    if (isListed()) return;
    await listing; // which may have begun too early; one that runs after it has not
    if (!isListed()) await (listing ??= list().finally(() => (listing = undefined)));
  };

  return {
    async mayHave(customerId) {
      await listIfNeeded();
      if (!isWhole || isAnyones) return true;
      return customerId === undefined ? customers.size > 0 : customers.has(customerId);
    },

    async kept() {
      await listIfNeeded();
      const digests = new Set([...objects.values()].flatMap(({ digest }) => digest ?? []));
      return (record) => digests.size > 0 && digests.has(digestOf(record));
    },
  };
}

/** Reads an object; `undefined` where it is not there any more. */
async function readKept(key: ObjectKey, store: Pick<ObjectStore, 'get'>): Promise<KeptObject | undefined> {
  const object = await store.get(key);
  if (object === undefined) return undefined;
  try {
    if (!key.startsWith('failed/')) {
      const { records } = decodeFailedInvocation(object.body);
      return { owners: ownersOf(records), digest: undefined };
    }
    const record = decodeFailedRecord(object.body);
    return { owners: ownersOf([record]), digest: digestOf(record) };
  } catch (error) {
    if (error instanceof UnreadableFormat) return { owners: 'anyone', digest: undefined };
    throw error;
  }
}

function ownersOf(records: readonly Pick<FailedRecord, 'partitionKey'>[]): KeptObject['owners'] {
  const owners = new Set<string>();
  for (const { partitionKey } of records) {
    const owner = ownerOf(partitionKey);
    if (owner === undefined) return 'anyone';
    owners.add(owner);
  }
  return owners;
}

/** Returns the customer of a partial or, by its key, of an announced batch; `undefined` where the key does not name it. */
function ownerOf(partitionKey: string): string | undefined {
  if (partitionKey.startsWith('batches/')) {
    return customerOfSegment(customerSegmentOfBatch(partitionKey as ObjectKey));
  }
  const { customer, minute } = readPartitionKey(partitionKey);
  return minute === undefined ? undefined : customer;
}
