import { backoffMilliseconds } from '../../lib/backoff.ts';
import { sourceBackoff } from '../../event-source/backoff.ts';
import type { ObjectVersions } from '../../lib/ports/object-versions.ts';
import type { WindowNotifier } from '../../lib/ports/window-notifier.ts';
import { windowKeyOfSegment } from '../../lib/domain/keys.ts';
import { windowStartOf } from '../../lib/domain/window.ts';
import type { EpochMinute } from '../../lib/domain/epoch-minute.ts';
import type { KafkaConnection } from '../kafka/connection.ts';
import { PositionLost } from '../kafka/consumer/role-stopped.ts';
import { startTopicConsumer, type Place } from '../kafka/consumer/topic-consumer.ts';
import type { OwnedPartition } from '../kafka/consumer/owned-partition.ts';
import type { KafkaTopicOffsets } from '../kafka/topic-offsets.ts';
import { groupName, topicName } from '../kafka/topics.ts';
import type { Source } from '../roles/consumer-role.ts';
import { buildModel } from './build-model.ts';
import { isAbsent, mayPass } from './client.ts';
import type { RefusedRow } from './insert-rows.ts';
import { migrate } from './migrate.ts';
import {
  beginModel,
  buildingOf,
  dropReplaced,
  hasGoneBack,
  isLost,
  nextModelId,
  pointView,
  readModels,
  servingOf,
  type Model,
} from './models.ts';
import { projectPartition, type ProjectPorts } from './project-partition.ts';
import { sweep } from './sweep.ts';
import { readWindowsTopic } from './windows-topic.ts';
import { ModelChanged } from './write-position.ts';

export interface ProjectorPorts extends ProjectPorts {
  readonly connection: KafkaConnection;
  readonly offsets: KafkaTopicOffsets;
  readonly notifier: WindowNotifier;
  /** The name of this process in the group; see `MembershipOptions`. */
  readonly instanceId: string;
  readonly versions: ObjectVersions;
  /** Time between two comparisons with the store; `undefined`: none. */
  readonly sweepMilliseconds: number | undefined;
  /** Called with the number of windows in which ClickHouse differed from the store, after each comparison. */
  readonly onSwept: (differing: number) => void;
  /** Waits, or returns early when the signal is aborted. */
  readonly sleep: (milliseconds: number, signal: AbortSignal) => Promise<void>;
}

const lookEveryMilliseconds = 1_000;
/** A broker that has just lost its partitions may report an old end, so a lost model is looked at again. */
const lookAgainMilliseconds = 3_000;
/** The process that has this partition fills models under construction, and compares the one that serves. */
const buildingPartition = 0;

/**
 * Brings windows into ClickHouse, and keeps a model there that is exact: where the server has none, or one that can
 * never be exact again, it begins one and fills it from the store. While a model is under construction, changes go to
 * it and to the one that serves.
 */
export function startProjector(ports: ProjectorPorts): Source {
  const stopping = new AbortController();
  const ended = run(ports, stopping.signal);
  ended.catch(() => undefined); // whoever starts a projector handles it
  return {
    ended,
    async stop() {
      stopping.abort();
      await ended.catch(() => undefined);
    },
  };
}

async function run(ports: ProjectorPorts, signal: AbortSignal): Promise<void> {
  const { clickHouse, tables, logger, sleep } = ports;
  for (let failures = 0; !signal.aborted;) {
    try {
      await migrate(clickHouse, tables);
      const { models, lost } = await activeModels(ports, signal);
      if (signal.aborted) return;
      const serving = servingOf(models);
      if (serving !== undefined) await pointView(serving.id, clickHouse, tables);
      failures = 0;
      await projectModels(models, lost, ports, signal);
    } catch (error) {
      const isOver = error instanceof ModelChanged || error instanceof PositionLost || isAbsent(error);
      if (!isOver && !mayPass(error)) throw error;
      failures += 1;
      logger.warn('The read model cannot be kept up now; trying again', { failures, error });
      await sleep(backoffMilliseconds(failures, sourceBackoff, Math.random), signal);
    }
  }
}

/** Models by whether they can be exact. */
interface JudgedModels {
  /** Changes go to these. */
  readonly models: readonly Model[];
  readonly lost: readonly Model[];
}

/** Finds the models that changes go to; begins one if none can be exact. */
async function activeModels(ports: ProjectorPorts, signal: AbortSignal): Promise<JudgedModels> {
  const { clickHouse, tables, offsets, connection, logger, sleep, clock } = ports;
  for (let looks = 1; ; looks += 1) {
    const models = await readModels(clickHouse, tables);
    const topic = await readWindowsTopic(offsets, connection);
    const lost = models.filter((model) => isLost(model, topic));
    const known = models.filter((model) => !lost.includes(model));
    const exact = [servingOf(known), buildingOf(known)].filter((model) => model !== undefined);
    if (exact.length > 0) return { models: exact, lost };
    if (models.length > 0 && looks < 2) {
      await sleep(lookAgainMilliseconds, signal);
      if (signal.aborted) return { models: [], lost };
      continue;
    }
    const id = nextModelId(models, clock);
    logger.warn('ClickHouse has no model that is exact, so one is made from the store', { model: id });
    await beginModel(id, topic, clickHouse, tables);
  }
}

/** Brings changes into models until these are others. */
async function projectModels(
  models: readonly Model[],
  lost: readonly Model[],
  ports: ProjectorPorts,
  signal: AbortSignal,
): Promise<void> {
  const { clickHouse, tables, connection, logger, instanceId, sleep } = ports;
  const topic = topicName(connection, 'windows');
  const building = models.find(({ state }) => state === 'building');
  // Positions are read anew, since another process may have moved them until it gave up a partition.
  const current = async () => {
    const found = (await readModels(clickHouse, tables)).filter(({ id }) =>
      models.some((model) => model.id === id),
    );
    if (found.length < models.length) throw new ModelChanged('A model is gone from ClickHouse.');
    return found;
  };
  const consumer = startTopicConsumer({
    connection,
    topics: [topic],
    group: groupName(connection, 'project'),
    instanceId,
    logger,
    async readPositions(places: readonly Place[]) {
      const found = await current();
      return new Map(
        places.map(({ partition }) => {
          const positions = found.map((model) => model.positions.get(partition) ?? 0n);
          const least = positions.reduce((a, b) => (a < b ? a : b));
          return [`${topic}/${partition}`, least] as const;
        }),
      );
    },
    async work(partition) {
      const found = await current();
      if (found.some(({ positions }) => !positions.has(partition.partition))) {
        throw new ModelChanged('The topic has more partitions than the model.');
      }
      const projected = projectPartition(partition, found, ports);
      if (partition.partition !== buildingPartition) return projected;
      const beside =
        building === undefined ? sweepAgain(partition, ports) : build(building, partition, ports);
      await Promise.all([projected, beside]);
    },
  });
  const done = new AbortController();
  const stop = () => done.abort();
  signal.addEventListener('abort', stop, { once: true });
  consumer.ended.catch(() => undefined).finally(stop);
  let seen = models;
  try {
    while (!done.signal.aborted) {
      await sleep(lookEveryMilliseconds, done.signal);
      const now = await readModels(clickHouse, tables).catch((error: unknown) => {
        if (mayPass(error)) return undefined;
        throw error;
      });
      if (now === undefined) continue; // the work on partitions waits until the server is back
      await dropReplaced(now, clickHouse, tables).catch((error: unknown) => {
        if (!mayPass(error)) throw error;
      });
      const known = now.filter((model) => lost.every(({ id }) => id !== model.id));
      const active = [servingOf(known), buildingOf(known)].filter((model) => model !== undefined);
      if (!haveSameStates(models, active)) break;
      // The work on partitions only looks at positions when it moves them.
      if (active.some((model, place) => hasGoneBack(seen[place] ?? model, model))) break;
      seen = active;
    }
  } finally {
    signal.removeEventListener('abort', stop);
    await consumer.stop();
  }
  await consumer.ended;
}

function haveSameStates(models: readonly Model[], now: readonly Model[]): boolean {
  const stateOf = (each: readonly Model[]) => each.map((model) => `${model.id} ${model.state}`).join();
  return stateOf(models) === stateOf(now);
}

async function build(model: Model, { signal }: OwnedPartition, ports: ProjectorPorts): Promise<void> {
  const { clickHouse, tables, offsets, connection, store, notifier, logger, sleep } = ports;
  const announceAgain = async (refused: readonly RefusedRow[]) => {
    // The projector meets it as one of its announcements, and keeps that as a failed record.
    const keys = refused.map(({ row }) => {
      const start = windowStartOf(row.start_minute as EpochMinute);
      return windowKeyOfSegment(row.customer_segment, row.size, start);
    });
    await notifier.notify(keys);
  };
  for (let failures = 1; !signal.aborted; failures += 1) {
    try {
      await buildModel(model, {
        clickHouse,
        tables,
        store,
        ends: async () => (await readWindowsTopic(offsets, connection)).ends,
        onRefused: announceAgain,
        onProgress: (windows) => logger.info('The read model is made from the store', { windows }),
        sleep: (milliseconds) => sleep(milliseconds, signal),
        signal,
      });
      return;
    } catch (error) {
      if (error instanceof ModelChanged) throw error;
      if (!mayPass(error)) throw error;
      logger.warn('The read model cannot be made now; trying again', { failures, error });
    }
    await sleep(backoffMilliseconds(failures, sourceBackoff, Math.random), signal);
  }
}

/** Compares the model with the store from time to time. */
async function sweepAgain({ signal }: OwnedPartition, ports: ProjectorPorts): Promise<void> {
  const { clickHouse, tables, store, versions, notifier, logger, offsets, connection } = ports;
  const { sweepMilliseconds, onSwept, sleep } = ports;
  if (sweepMilliseconds === undefined) return;
  const readTopic = () => readWindowsTopic(offsets, connection);
  for (;;) {
    await sleep(sweepMilliseconds, signal);
    if (signal.aborted) return;
    try {
      onSwept(await sweep({ clickHouse, tables, store, versions, notifier, logger, readTopic }, signal));
    } catch (error) {
      if (signal.aborted) return;
      if (!mayPass(error)) throw error;
      logger.warn('The read model cannot be compared with the store now; trying again later', { error });
    }
  }
}
