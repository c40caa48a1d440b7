import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../../lib/config.ts';
import { maxKeyTextBytes } from '../../lib/domain/folding.ts';
import { Unavailable } from '../../lib/errors.ts';
import { createFailedRecords } from '../../lib/pipeline/failed-records/failed-records.ts';
import {
  forgetStep,
  forgetStepAnswerSchema,
  type ForgetStep,
  type ForgetStepAnswer,
} from '../../lib/pipeline/forget/forget-step.ts';
import { createStreamOutbox } from '../../lib/pipeline/streams/stream-outbox.ts';
import type { Outbox } from '../../lib/ports/outbox.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { askOwner, OwnerGone, RequestFailed } from '../../local-store/operator-requests.ts';
import { acquireOwnerLock, DirectoryInUse } from '../../local-store/owner-lock.ts';
import { realTimers } from '../../local-store/timers.ts';
import { requireDataDirectory } from '../data-directory.ts';
import { openCluster } from '../open-cluster.ts';
import { openDeployed } from '../open-deployed.ts';
import { openForWriting } from '../open-for-writing.ts';
import type { Io, OperatorIo } from '../io.ts';
import type { Place } from '../place.ts';

/** Forgets a customer step by step, wherever its data is. Close it after use. */
export interface Forgetter {
  step(step: ForgetStep): Promise<ForgetStepAnswer>;
  close(): Promise<void>;
}

/** A pipeline that this process changes itself. */
interface Opened {
  readonly store: ObjectStore;
  readonly outbox: Outbox;
  readonly close: () => Promise<void>;
}

/** Attempts to open a directory whose owner takes no requests. */
const attempts = 3;
const pauseMilliseconds = 1_000;

/**
 * Opens a way to remove the data of a customer. On S3 every removal names the content that it removes, so the functions
 * keep running. Only the owner of a data directory may change it: this process, or a running emulator, which this process
 * asks to do it.
 * @throws DirectoryInUse         another command has the directory
 * @throws UnusableDataDirectory  the directory does not exist
 * @throws Unavailable            AWS cannot be reached, or refuses
 */
export async function openForgetter(place: Place, io: OperatorIo & Pick<Io, 'env'>): Promise<Forgetter> {
  const { maxKeysPerDimension } = parseConfig(io.env);
  const direct = ({ store, outbox, close }: Opened): Forgetter => {
    const ports = { store, outbox, failedRecords: createFailedRecords({ store }), clock: io.clock };
    return {
      step: (step) => forgetStep(step, ports, { maxKeysPerDimension, maxKeyTextBytes }),
      close,
    };
  };
  if (place.kind === 'deployed') {
    const { store, streams } = await openDeployed(place, io.clock);
    return direct({ store, outbox: createStreamOutbox(streams), close: async () => {} });
  }
  if (place.kind === 'cluster') {
    return direct(await openCluster(place));
  }
  const directory = await requireDataDirectory(place.dataDirectory);
  const openIfFree = async (): Promise<Forgetter | undefined> => {
    try {
      // Try the lock alone first: describing the service takes seconds, which are wasted while the emulator runs.
      const lock = await acquireOwnerLock(directory, 'forgetting a customer');
      await lock.release();
      return direct(await openDirectory(directory, io));
    } catch (error) {
      if (error instanceof DirectoryInUse) return undefined;
      throw error;
    }
  };

  let owned = await openIfFree();
  return {
    async step(step) {
      for (let attempt = 1; ; attempt += 1) {
        if (owned !== undefined) return owned.step(step);
        try {
          return await askForStep(directory, step);
        } catch (error) {
          if (!(error instanceof OwnerGone)) throw error;
        }
        owned = attempt < attempts ? await openIfFree() : direct(await openDirectory(directory, io));
        if (owned === undefined) await sleep(pauseMilliseconds);
      }
    },
    close: async () => owned?.close(),
  };
}

/** @throws DirectoryInUse  the message names the owner */
async function openDirectory(directory: string, io: OperatorIo): Promise<Opened> {
  const opened = await openForWriting(directory, io);
  return { store: opened.objects, outbox: createStreamOutbox(opened.streams), close: () => opened.close() };
}

async function askForStep(directory: string, { before, ...step }: ForgetStep): Promise<ForgetStepAnswer> {
  const event = before === undefined ? step : { ...step, before: before.toISOString() };
  try {
    const never = new AbortController().signal;
    const answer = await askOwner(directory, { function: 'forget', event }, realTimers, never);
    return forgetStepAnswerSchema.parse(answer);
  } catch (error) {
    if (!(error instanceof RequestFailed)) throw error;
    throw new Unavailable('The running pipeline could not do it; its log says more.', { cause: error });
  }
}
