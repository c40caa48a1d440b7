/** Sends access-log entries to a log analytics pipeline, so that each is counted exactly once, and reads its counts. */
export { GaveUp, NotRunning } from './answer-or-retry.ts';
export type { BatchAnswer, Entry, PathCounts, PathWindow, Window } from './contract.ts';
export { minutesOf, type CountingState, type MinuteRange } from './counting-state.ts';
export { createBatcher, type Batcher, type BatcherOptions } from './create-batcher.ts';
export { openPipeline } from './open-pipeline.ts';
export type {
  Batch,
  PathsQuery,
  PathWindowQuery,
  Pipeline,
  PipelineOptions,
  SendOutcome,
  WindowQuery,
} from './open-pipeline.ts';
export { RequestRefused } from './request-refused.ts';
export { realTiming, type Timing } from './timing.ts';
export { untilBatchesCounted, untilCounted, type WaitOptions, type WaitOutcome } from './until-counted.ts';
