import pMap from 'p-map';
import { digestOf, rollUpStream, type FailedRecord } from '../../lib/domain/failed-record.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import { UnreadableFormat } from '../../lib/errors.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { decodeRecords } from './decode-records.ts';

type Content = Pick<FailedRecord, 'partitionKey' | 'data'>;

/** Dead letters of one record, which failed again after it was put again. */
export interface LettersOfRecord {
  /** Key of the newest of them. */
  readonly newest: ObjectKey;
  readonly times: number;
}

/** Returns the dead letters of a record of a stream; `undefined` if there are none. */
export type FindLetters = (stream: string, record: Content) => LettersOfRecord | undefined;

const readsInFlight = 16;

/**
 * Reads which records are in several dead letters. A record that is put again has a new place on its stream, so one that
 * crashes its function again comes back as another dead letter, twelve hours later. Its content tells that it is the same.
 */
export async function findNewestLetters(store: Pick<ObjectStore, 'get' | 'list'>): Promise<FindLetters> {
  const found = new Map<string, LettersOfRecord & { readonly failedAt: Date }>();
  for (const prefix of ['failed/', 'aws/lambda/']) {
    await pMap(
      store.list(prefix),
      async (key) => {
        const letter = await readLetter(key, store);
        if (letter === undefined) return;
        const { stream, records, failedAt } = letter;
        for (const name of new Set(records.map((record) => nameOf(stream, record)))) {
          const known = found.get(name);
          const times = (known?.times ?? 0) + 1;
          const isNewest = known === undefined || isNewer({ failedAt, newest: key }, known);
          found.set(name, isNewest ? { newest: key, failedAt, times } : { ...known, times });
        }
      },
      { concurrency: readsInFlight },
    );
  }
  return (stream, record) => found.get(nameOf(stream, record));
}

/** The order is the same for everybody: of two who redrive at once, neither removes what the other keeps. */
function isNewer(
  one: { readonly failedAt: Date; readonly newest: ObjectKey },
  other: { readonly failedAt: Date; readonly newest: ObjectKey },
): boolean {
  const difference = one.failedAt.getTime() - other.failedAt.getTime();
  return difference > 0 || (difference === 0 && one.newest > other.newest);
}

/** Reads a dead letter; `undefined` if it is gone, cannot be read, or is of `roll-up`, which keeps one for each window. */
async function readLetter(key: ObjectKey, store: Pick<ObjectStore, 'get'>) {
  if (key.startsWith(`failed/${rollUpStream}/`)) return undefined;
  const object = await store.get(key);
  if (object === undefined) return undefined;
  try {
    return decodeRecords(key, object.body);
  } catch (error) {
    if (!(error instanceof UnreadableFormat)) throw error;
    return undefined;
  }
}

function nameOf(stream: string, record: Content): string {
  return `${stream} ${digestOf(record)}`;
}
