import { Admission } from '../../lib/pipeline/streams/admission.ts';
import { EmittedBatches } from '../../lib/pipeline/ingest/emitted-batches.ts';
import { createFailedRecords } from '../../lib/pipeline/failed-records/failed-records.ts';
import type { IngestPorts } from '../../lib/pipeline/ingest/ingest.ts';
import type { EmitAgainPorts } from '../../lib/pipeline/verify/emit-again.ts';

/** Returns the ports of a process that has just started: it knows no customer, no emission and no failed record. */
export function withAdmission<Ports extends Pick<IngestPorts, 'store' | 'streams' | 'clock'>>(
  ports: Ports,
  maxBacklogRecords = 1_000_000,
): Ports & Pick<IngestPorts, 'admission' | 'emittedBatches'> & Pick<EmitAgainPorts, 'failedRecords'> {
  const { store, streams, clock } = ports;
  return {
    ...ports,
    admission: new Admission({ streams, clock, maxBacklogRecords }),
    emittedBatches: new EmittedBatches(),
    failedRecords: createFailedRecords({ store }),
  };
}
