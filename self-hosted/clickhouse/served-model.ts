import { Unavailable } from '../../lib/errors.ts';
import type { Offsets, TopicOffsets } from '../../lib/ports/topic-offsets.ts';
import { projectedWindows } from '../kafka/hops.ts';
import { mayPass, type ClickHouse } from './client.ts';
import { isLost, readModels, servingOf, type WindowsTopic } from './models.ts';
import type { Tables } from './tables.ts';

/** The model that answers come from, as this process has seen it last. */
export interface SeenModel {
  readonly id: number;
  readonly partitions: number;
  /**
   * Positions that the model must have when it is read. They include those of each barrier that has passed, so that no
   * answer with its instant comes from an older copy.
   */
  readonly positions: Offsets;
}

export interface ServedModelPorts {
  readonly clickHouse: ClickHouse;
  readonly tables: Tables;
  readonly readTopic: () => Promise<WindowsTopic>;
}

/** Watches which model answers come from and how far it is. */
export class ServedModel {
  readonly #ports: ServedModelPorts;
  #seen: (SeenModel & { readonly topicId: string }) | undefined;

  constructor(ports: ServedModelPorts) {
    this.#ports = ports;
  }

  /**
   * Returns the model to read.
   * @throws Unavailable  there is none
   */
  get seen(): SeenModel {
    if (this.#seen !== undefined) return this.#seen;
    throw new Unavailable('ClickHouse has no model that answers can come from.');
  }

  /**
   * Looks at the model again, and returns how far it is; -1 in each partition if that is not known, or it can never be
   * exact again.
   * @throws Unavailable  Kafka cannot be read now
   */
  async look(): Promise<Offsets> {
    const model = await this.#readServing();
    const topic = await this.#ports.readTopic();
    if (model === undefined || isLost(model, topic)) {
      this.#seen = undefined;
      return new Map(Array.from(topic.ends.keys(), (partition) => [partition, -1n]));
    }
    const known = this.#seen?.topicId === topic.id ? this.#seen.positions : new Map<number, bigint>();
    const { id, partitions, positions } = model;
    this.#seen = { id, partitions, topicId: topic.id, positions: greatest(known, positions) };
    return positions;
  }

  /** Returns the model that serves; `undefined` if the server has none or does not answer. */
  async #readServing() {
    const { clickHouse, tables } = this.#ports;
    try {
      return servingOf(await readModels(clickHouse, tables));
    } catch (error) {
      if (mayPass(error)) return undefined;
      throw error;
    }
  }
}

/**
 * Returns the offsets of topics with the model's positions as those of the projector, so that barriers pass when
 * ClickHouse has their windows.
 */
export function withProjector(offsets: TopicOffsets, model: ServedModel, windows: string): TopicOffsets {
  const real = (topic: string) => (topic === projectedWindows ? windows : topic);
  return {
    starts: (topic) => offsets.starts(real(topic)),
    ends: (topic) => offsets.ends(real(topic)),
    committed: (group, topic) =>
      topic === projectedWindows ? model.look() : offsets.committed(group, topic),
  };
}

function greatest(known: Offsets, read: Offsets): Offsets {
  const merged = new Map(known);
  for (const [partition, position] of read) {
    if (position > (merged.get(partition) ?? -1n)) merged.set(partition, position);
  }
  return merged;
}
