import type { WindowStart } from '../../lib/domain/window.ts';
import type { CountingProgress } from '../../lib/ports/counting-progress.ts';
import type { Laws } from './laws/laws.ts';
import type { ProcessPorts } from './process-ports.ts';
import type { Processes } from './processes.ts';
import type { Process, Scheduler } from './scheduler.ts';

export interface ReaderSurroundings {
  readonly scheduler: Scheduler;
  readonly processes: Processes;
  readonly portsOf: (process: Process) => ProcessPorts;
  readonly progressOf: (process: Process) => CountingProgress;
  readonly laws: Laws;
}

/** The progress that an answer states, and its counts in a range. */
export interface Claim {
  readonly countedThrough: Date | undefined;
  readonly waiting: number | undefined;
  /** Requests by the range that they were counted in, and whether the answer calls the range complete. */
  readonly ranges: readonly CountedRange[];
}

export interface CountedRange {
  readonly from: WindowStart;
  readonly to: WindowStart;
  readonly requests: number;
  readonly isComplete: boolean;
}
