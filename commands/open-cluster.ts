import type { DeliveredMessage } from '../event-source/queue/sqs-event.ts';
import type { CustomerId } from '../lib/domain/customer-id.ts';
import type { ObjectKey } from '../lib/domain/keys.ts';
import { Unavailable } from '../lib/errors.ts';
import { errorCode } from '../lib/error-code.ts';
import type { EventStream } from '../lib/ports/event-stream.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { Outbox } from '../lib/ports/outbox.ts';
import { runsKafkaClient } from './newer-node.ts';
import type { ClusterPlace } from './place.ts';

/** A pipeline of the cluster form, as a command sees it: its roles go on meanwhile. */
export interface OperatedCluster {
  /** Notifies of each window that it changes, as every store of the roles does. */
  readonly store: ObjectStore;
  readonly outbox: Outbox;
  /** Present if there is a read model. */
  readonly readModel: OperatedReadModel | undefined;
  /** @throws RangeError  the pipeline does not have the topic */
  readonly stream: (name: string) => Pick<EventStream, 'put'>;
  readonly deadLetters: OperatedDeadLetters;
  /** Notifies `roll-up` of a minute, as a write of it does. */
  readonly notifyRollUp: (minute: ObjectKey) => Promise<void>;
  /**
   * Waits until everything that is on the topics now is in the windows, and in the read model if there is one; returns false
   * if it is not after a minute.
   * @throws Unavailable  it cannot be found out now
   */
  readonly untilCounted: () => Promise<boolean>;
  /** Looks at what Kafka knows of the pipeline; takes some seconds while counting is behind. */
  readonly look: () => Promise<ClusterLook>;
  readonly close: () => Promise<void>;
}

/** The read model of a pipeline. */
export interface OperatedReadModel {
  /**
   * Returns the windows that it does not have as the store does.
   * @param customerId  only those of this customer; `undefined` for all
   * @throws Unavailable  it cannot be compared now
   */
  readonly differing: (
    customerId: CustomerId | undefined,
  ) => Promise<{ readonly keys: readonly ObjectKey[]; readonly isCutOff: boolean }>;
  /** Announces windows again, so that they are read anew. */
  readonly announce: (keys: readonly ObjectKey[]) => Promise<void>;
}

/** State of a pipeline in Kafka; a part is `undefined` if it cannot be read now. */
export interface ClusterLook {
  /** The reasons why a part cannot be read. */
  readonly problems: readonly string[];
  /** Waiting records of each topic, for each group that reads it. */
  readonly topics:
    | readonly {
        readonly topic: string;
        readonly group: string;
        readonly records: number;
        readonly oldestSeconds: number;
      }[]
    | undefined;
  /** The names (`INSTANCE_ID`) of the processes that work, by their role; `api` is not known to Kafka. */
  readonly processes: Readonly<Record<string, readonly string[]>> | undefined;
  /** Everything that was accepted before this instant is in its minutes; `undefined` while counting is behind. */
  readonly countedThrough?: Date | undefined;
  /** The same of hours and days. */
  readonly rolledUpThrough?: Date | undefined;
}

/** The topic of messages that are not tried any more. */
export interface OperatedDeadLetters {
  /** The topic's name. */
  readonly name: string;
  /** @throws Unavailable  Kafka cannot be read now */
  readonly list: () => Promise<readonly DeliveredMessage[]>;
  /**
   * Gives a dead letter back to the function that it comes from; returns false if it is not there any more.
   * @param id  that of its message
   * @throws UnreadableFormat  it is damaged, or a newer version wrote it
   * @throws Unavailable       Kafka cannot take it now
   */
  readonly giveBack: (id: string) => Promise<boolean>;
  /**
   * Removes a dead letter for good, if it is still there.
   * @param id  that of its message
   * @throws NewerFormat  a newer version wrote it
   * @throws Unavailable  Kafka cannot take it now
   */
  readonly discard: (id: string) => Promise<void>;
}

interface SelfHosted {
  readonly openForOperator: (environment: ClusterPlace['environment']) => Promise<OperatedCluster>;
}

/** Not a literal: without the packages of self-hosted/, whoever checks types would not find those of Kafka. */
const modulePath = new URL('../self-hosted/open-for-operator.ts', import.meta.url).href;

/**
 * Opens a pipeline of the cluster form. Its code is loaded here, since it needs packages that the other forms do not.
 * @throws Unavailable    these packages, or a Node.js that they work with, are not installed
 * @throws InvalidConfig  a variable has an invalid value
 */
export async function openCluster({ environment }: ClusterPlace): Promise<OperatedCluster> {
  const { openForOperator } = await load();
  return openForOperator(environment);
}

async function load(): Promise<SelfHosted> {
  if (!runsKafkaClient(process.versions.node)) {
    const reason =
      `STORAGE=kafka needs Node.js 24.6 or newer, but this is ${process.versions.node}. ` +
      'Install one with: bash self-hosted/set-up.sh';
    throw new Unavailable(reason);
  }
  try {
    return (await import(modulePath)) as SelfHosted;
  } catch (cause) {
    if (errorCode(cause) !== 'ERR_MODULE_NOT_FOUND') throw cause;
    const reason =
      'STORAGE=kafka needs the packages of self-hosted/. Install them with: bash self-hosted/set-up.sh';
    throw new Unavailable(reason, { cause: new Error(reason) });
  }
}
