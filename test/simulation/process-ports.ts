import type { Retention } from '../../lib/pipeline/expire/retention.ts';
import type { Streams } from '../../lib/pipeline/streams/streams.ts';
import type { SimulatedStore } from './simulated-store.ts';

/** Ports that a process gives to the pipeline's functions. */
export interface ProcessPorts {
  readonly store: ReturnType<SimulatedStore['through']>;
  readonly streams: Streams;
  readonly clock: { now(): Date };
  readonly retention: Retention;
}
