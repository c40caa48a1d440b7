import { decodeIntent } from '../../../lib/domain/announcement.ts';
import { UnreadableFormat } from '../../../lib/errors.ts';
import { EmittedBatches } from '../../../lib/pipeline/ingest/emitted-batches.ts';
import { keepFailedRecord } from '../../../lib/pipeline/failed-records/keep-failed-record.ts';
import { createBacklogLimit } from '../../../lib/pipeline/summarize/backlog-limit.ts';
import { comesAgain, type Intent } from '../../../lib/pipeline/summarize/intent.ts';
import { IntentWaits } from '../../../lib/pipeline/summarize/intent-waits.ts';
import { summarize } from '../../../lib/pipeline/summarize/summarize.ts';
import { ofProcess } from '../of-process.ts';
import type { Process } from '../scheduler.ts';
import type { TopicRecord } from './topic.ts';
import { putMilliseconds, type Cluster } from './cluster.ts';

/** Starts the summarizer; returns its group and the batches that each process has emitted. */
export function startSummarizer(cluster: Cluster) {
  const { faults, scheduler, processes, operations, store, batches, timers, portsOf, group } = cluster;
  const { clockDifferenceMilliseconds } = faults;

  const emittedOf = ofProcess(() => new EmittedBatches());
  const waitsOf = ofProcess(() => new IntentWaits(timers));
  const summarizer = group(
    'summarizer',
    batches,
    (records) => processes.invoke('summarize', (process) => summarizeRecords(records, process)),
    { batchSize: 8 },
  );
  async function summarizeRecords(records: readonly TopicRecord[], process: Process): Promise<Set<number>> {
    const ports = portsOf(process);
    const { readable, failed } = await readIntents(records, process);
    const backlogLimit = createBacklogLimit({
      streams: ports.streams,
      timers,
      maxBacklogRecords: faults.maxBacklogRecords,
    });
    const summarized = await summarize(
      readable,
      { ...ports, backlogLimit, timers, emittedBatches: emittedOf(process), waits: waitsOf(process) },
      {
        putMilliseconds,
        clockDifferenceMilliseconds: 2 * clockDifferenceMilliseconds,
        maxWaitMilliseconds: 1_000,
        signal: new AbortController().signal,
      },
    );
    for (const { intent, outcome } of summarized) {
      if (outcome.kind === 'unreadable') await keepPoison(intent.record, process);
      if (comesAgain(outcome)) failed.add(intent.record.offset);
    }
    return failed;
  }

  async function readIntents(records: readonly TopicRecord[], process: Process) {
    const readable: (Intent & { readonly record: TopicRecord })[] = [];
    const failed = new Set<number>();
    for (const record of records) {
      try {
        readable.push({ ...decodeIntent(record.value), appendedAt: record.appendedAt, record });
      } catch (error) {
        if (!(error instanceof UnreadableFormat)) throw error;
        await keepPoison(record, process);
      }
    }
    return { readable, failed };
  }

  function keepPoison({ key, value, offset }: TopicRecord, process: Process): Promise<unknown> {
    const record = {
      stream: 'batches',
      partition: '0',
      sequenceNumber: String(offset),
      partitionKey: key,
      data: value,
    };
    const failedRecord = { ...record, cause: 'it is damaged', failedAt: new Date(scheduler.time) };
    return keepFailedRecord(failedRecord, store.through(process, operations));
  }

  return { summarizer, emittedOf };
}
