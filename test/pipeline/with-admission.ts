import { Admission } from '../../lib/pipeline/streams/admission.ts';
import { EmittedBatches } from '../../lib/pipeline/ingest/emitted-batches.ts';
import { createFailedRecords } from '../../lib/pipeline/failed-records/failed-records.ts';
import type { IngestPorts } from '../../lib/pipeline/ingest/ingest.ts';
import { createStreamOutbox } from '../../lib/pipeline/streams/stream-outbox.ts';
import type { EmitAgainPorts } from '../../lib/pipeline/verify/emit-again.ts';
import { realTimers } from '../../lib/timers.ts';

type GivenPorts = Pick<IngestPorts, 'store' | 'clock'> &
  Pick<EmitAgainPorts, 'streams'> &
  Partial<Pick<IngestPorts, 'outbox' | 'timers'>>;

/** Returns the ports of a process that has just started: it knows no customer, no emission and no failed record. */
export function withAdmission<Ports extends GivenPorts>(
  ports: Ports,
  maxBacklogRecords = 1_000_000,
): Ports & IngestPorts & Pick<EmitAgainPorts, 'failedRecords'> {
  const { store, streams, clock } = ports;
  return {
    outbox: createStreamOutbox(streams),
    timers: realTimers,
    ...ports,
    admission: new Admission({ streams, clock, maxBacklogRecords }),
    emittedBatches: new EmittedBatches(),
    failedRecords: createFailedRecords({ store }),
  };
}
