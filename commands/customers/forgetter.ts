import { parseConfig } from '../../lib/config.ts';
import { maxKeyTextBytes } from '../../lib/domain/folding.ts';
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
import { requireDataDirectory } from '../data-directory.ts';
import { openDirectoryOwner } from '../directory-owner.ts';
import { openCluster } from '../open-cluster.ts';
import { openDeployed } from '../open-deployed.ts';
import type { WritableStore } from '../open-for-writing.ts';
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
  const stepIn = ({ store, outbox }: Pick<Opened, 'store' | 'outbox'>, step: ForgetStep) => {
    const ports = { store, outbox, failedRecords: createFailedRecords({ store }), clock: io.clock };
    return forgetStep(step, ports, { maxKeysPerDimension, maxKeyTextBytes });
  };
  const direct = (opened: Opened): Forgetter => ({
    step: (step) => stepIn(opened, step),
    close: () => opened.close(),
  });
  if (place.kind === 'deployed') {
    const { store, streams } = await openDeployed(place, io.clock);
    return direct({ store, outbox: createStreamOutbox(streams), close: async () => {} });
  }
  if (place.kind === 'cluster') {
    return direct(await openCluster(place));
  }
  const directory = await requireDataDirectory(place.dataDirectory);
  const owner = openDirectoryOwner(directory, 'forgetting a customer', io);
  return {
    step(step) {
      const { before, ...others } = step;
      const event = before === undefined ? others : { ...others, before: before.toISOString() };
      const own = ({ objects, streams }: WritableStore) =>
        stepIn({ store: objects, outbox: createStreamOutbox(streams) }, step);
      return owner.call(own, { function: 'forget', event }, (answer) => forgetStepAnswerSchema.parse(answer));
    },
    close: () => owner.close(),
  };
}
