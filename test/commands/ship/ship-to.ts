import { deliverPieces } from '../../../commands/ship/deliver-pieces.ts';
import { earlierChoice } from '../../../commands/ship/earlier-scheme/choose-earlier-format.ts';
import type { Log } from '../../../commands/ship/log.ts';
import { shipLogs } from '../../../commands/ship/ship-logs.ts';
import { createLogReader } from '../../../lib/domain/log-formats/log-reader.ts';
import type { InMemoryPipeline } from './in-memory-pipeline.ts';

interface ShipOptions {
  readonly source?: string;
  readonly isQueryKept?: boolean;
  readonly concurrency?: number;
  /** Reports whether a batch was sent by the earlier scheme; by default none was. */
  readonly wasSent?: (key: string) => Promise<boolean>;
}

/** Ships a log to a pipeline in memory, as one run of `ship` does. */
export async function shipTo(
  pipeline: InMemoryPipeline,
  log: Log,
  { source = '', isQueryKept = false, concurrency = 3, wasSent = async () => false }: ShipOptions = {},
): Promise<void> {
  await shipLogs([log], {
    cutting: {
      source,
      reading: { isQueryKept },
      createReader: () => createLogReader(),
      chooseEarlierFormat: earlierChoice({ format: undefined, fieldNames: new Map(), isQueryKept }),
      wasSent,
      flushAfterMilliseconds: 0,
      now: () => 0,
    },
    concurrency,
    deliver: deliverPieces(pipeline, () => {}),
    onLine: () => () => {},
    stop: new AbortController(),
  });
}
