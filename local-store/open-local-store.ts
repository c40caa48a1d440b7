import { lstatSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../lib/ports/clock.ts';
import type { AgedObjects } from '../lib/ports/aged-objects.ts';
import type { DiskRoom } from '../lib/ports/disk-room.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { ObjectVersions } from '../lib/ports/object-versions.ts';
import { customerIndexPrefix } from '../lib/domain/keys.ts';
import { requireDataDirectoryFormat } from './data-directory-format.ts';
import { createDiskRoom } from './disk-room.ts';
import { askDisk } from './disk-room/ask-disk.ts';
import { measureInThread } from './disk-room/measure-in-thread.ts';
import { measuredObjectStore } from './disk-room/measured-object-store.ts';
import { UsedBytes } from './disk-room/used-bytes.ts';
import type { LocalStream } from './local-stream.ts';
import { errorCode } from '../lib/error-code.ts';
import { agedObjects, openObjectDirectory } from './object-directory.ts';
import { acquireOwnerLock } from './owner-lock.ts';
import { openDurableDatabase, type OnBroken } from './durable-database.ts';
import type { LocalQueue } from './local-queue.ts';
import type { Logger } from './logger.ts';
import { ChangeCounts } from './object-versions.ts';
import { notifyingObjectStore, type NotificationRule } from './notifications.ts';
import type { RollUpBacklog } from '../lib/ports/roll-up-backlog.ts';
import {
  addWaiting,
  minutePrefix,
  openAnnouncedMinutes,
  rollUpQueueNames,
} from './roll-ups/open-announced-minutes.ts';
import type { FileOperations } from './object-directory/file-operations.ts';
import { partitionedLogIn, type StreamSettings } from './partitioned-log.ts';
import { openPrivately } from './private-data-directory.ts';
import { openQueues, type QueueSettings } from './queues.ts';
import { WatchedClock } from './watched-clock.ts';

/** This machine's replacement for the AWS services: an object store, streams and queues in one directory. */
export interface LocalStore {
  readonly objects: ObjectStore;
  readonly aged: AgedObjects;
  readonly diskRoom: DiskRoom;
  /** @throws RangeError  no stream of this name was opened */
  stream(name: string): LocalStream;
  /** @throws RangeError  no queue of this name was opened */
  queue(name: string): LocalQueue;
  /** Writes of minutes that are not rolled up yet. */
  readonly rollUps: RollUpBacklog;
  /** Versions of the entries of the index of customers. */
  readonly versions: ObjectVersions;
  /** Changes whenever an object under one of the prefixes may have been written or removed. */
  versionOf(prefixes: readonly string[]): number;
  /** Finishes running work and releases the directory. */
  close(): Promise<void>;
}

export interface LocalStoreOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly region: string;
  readonly streams: Readonly<Record<string, StreamSettings>>;
  readonly queues: readonly QueueSettings[];
  /** Rules that say which writes are announced to which queue. */
  readonly notifications: readonly NotificationRule[];
  /**
   * Called when a disk error has made the log unusable for this process; all changes are refused from then on.
   * Another process that opens the directory finds everything that was accepted.
   */
  readonly onBroken?: OnBroken;
  /** Bytes that the directory may use; `undefined` if there is no quota. */
  readonly quotaBytes?: number | undefined;
  /** Operations for writes of objects in the calling thread, for tests; by default a thread of its own writes. */
  readonly operations?: FileOperations;
}

/**
 * Stores that this process has opened, by directory: functions find the store here that the emulator opened for them.
 */
const openStores = new Map<string, LocalStore>();

/**
 * Opens a data directory and makes this process its owner.
 * @throws DirectoryInUse    another process owns it, or this one has opened it before
 * @throws Unavailable       the disk is full, or a part of it cannot be read or written
 * @throws UnreadableFormat  the directory is damaged, or a newer version of this program wrote it
 * @throws SymbolicLink      one of its files or folders is a link
 */
export async function openLocalStore(dataDirectory: string, options: LocalStoreOptions): Promise<LocalStore> {
  const directory = resolve(dataDirectory);
  /** Open parts, which are closed in reverse order: an open part keeps its process from ending. */
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (let part = opened.pop(); part !== undefined; part = opened.pop()) await part.close();
  };
  await openPrivately(directory, options.logger);
  const lock = await acquireOwnerLock(directory, 'log analytics pipeline');
  opened.push({ close: () => lock.release() });
  try {
    await requireDataDirectoryFormat(directory);
    const mayBeEmpty = !(await hasBatches(directory));
    const database = await openDurableDatabase(join(directory, 'log'), {
      mayBeEmpty,
      onBroken: options.onBroken,
    });
    opened.push(database);
    const root = join(directory, 'objects');
    const objects = await openObjectDirectory(root, options);
    opened.push(objects); // closed before the database, because its writes settle messages there
    const used = options.quotaBytes === undefined ? undefined : measured(root, options.logger);
    if (used !== undefined) opened.push(used);
    const clock = new WatchedClock(options.clock);
    const streams = new Map<string, LocalStream>();
    const rollUpQueues: LocalQueue[] = [];
    const rollUps = openAnnouncedMinutes({ streams, queues: rollUpQueues }, clock);
    const onRemoved = (messageId: string) => rollUps.remove(messageId);
    const queues = openQueues(database, options.queues, { ...options, clock, onRemoved });
    for (const name of rollUpQueueNames(options.notifications, options.queues))
      rollUpQueues.push(queues.queue(name));
    addWaiting(rollUps, rollUpQueues);
    for (const { name } of options.queues) await takeBackReceived(queues.queue(name), options.logger);
    const log = partitionedLogIn(database, { clock });
    for (const [name, settings] of Object.entries(options.streams)) {
      streams.set(name, await log.stream(name, settings));
    }
    const versions = new Map<string, number>();
    const indexVersions = new ChangeCounts(customerIndexPrefix, objects);
    const notifying = notifyingObjectStore(used === undefined ? objects : measuredIn(root, objects, used), {
      ...options,
      clock,
      queues,
      rules: options.notifications,
      announced: { prefix: minutePrefix, minutes: rollUps },
      onChanged: (key) => {
        versions.set(folderOf(key), (versions.get(folderOf(key)) ?? 0) + 1);
        indexVersions.note(key);
      },
      intents: objects.intents,
    });
    opened.push(notifying);
    const store: LocalStore = {
      versions: indexVersions,
      aged: agedObjects(root),
      diskRoom: createDiskRoom({
        askDisk: () => askDisk(directory),
        quotaBytes: options.quotaBytes,
        objects: used,
        backlogRecords: () => waitingRecords(streams.values()),
        clock: options.clock,
      }),
      objects: notifying,
      rollUps,
      versionOf: (prefixes) =>
        prefixes.reduce((sum, prefix) => sum + (versions.get(folderOf(prefix)) ?? 0), 0),
      queue: (name) => queues.queue(name),
      stream(name) {
        const stream = streams.get(name);
        if (stream === undefined) throw new RangeError(`There is no stream "${name}" in ${directory}.`);
        return stream;
      },
      async close() {
        openStores.delete(directory);
        await close();
      },
    };
    openStores.set(directory, store);
    return store;
  } catch (error) {
    await close();
    throw error;
  }
}

/**
 * Returns the store that this process has opened in the directory.
 * @throws Error  there is none, because the functions run in another process than the emulator
 */
export function openedLocalStore(dataDirectory: string): LocalStore {
  const store = openStores.get(resolve(dataDirectory));
  if (store !== undefined) return store;
  throw new Error(
    `${dataDirectory} is not open in this process: functions run within \`serverless offline start\`.`,
  );
}

function measured(root: string, logger: Logger): UsedBytes {
  const used = new UsedBytes({ measure: (stopping) => measureInThread(root, stopping), logger });
  used.start();
  return used;
}

function measuredIn(root: string, objects: ObjectStore, used: UsedBytes): ObjectStore {
  return measuredObjectStore(objects, used, async (key) => {
    return lstatSync(join(root, key), { throwIfNoEntry: false })?.size;
  });
}

async function waitingRecords(streams: Iterable<LocalStream>): Promise<number> {
  let records = 0;
  for (const stream of streams) records += (await stream.backlog()).records;
  return records;
}

/** Returns the first folder of a key; there are few of them. */
function folderOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

/**
 * Makes received messages visible again. If that cannot be written, for example on a full disk, they come back when
 * their visibility time-outs end.
 */
async function takeBackReceived(queue: LocalQueue, logger: Logger): Promise<void> {
  try {
    const messages = await queue.takeBackReceived();
    if (messages > 0)
      logger.info('Messages that an earlier run had received are delivered again.', {
        queue: queue.name,
        messages,
      });
  } catch (error) {
    logger.warn('Messages that an earlier run had received come back later.', { queue: queue.name, error });
  }
}

/** Returns whether a batch was ever stored. If so, the log was durably created before it. */
async function hasBatches(directory: string): Promise<boolean> {
  try {
    await access(join(directory, 'objects', 'batches'));
    return true;
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return false;
    throw error;
  }
}
