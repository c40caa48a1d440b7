import { Admission } from '../../lib/pipeline/streams/admission.ts';
import { Emissions } from '../../lib/pipeline/ingest/emissions.ts';
import type { IngestPorts } from '../../lib/pipeline/ingest/ingest.ts';

/** The ports of a process that has just been started: it knows of no customer and of no emission. */
export function withAdmission<Ports extends Pick<IngestPorts, 'streams' | 'clock'>>(
  ports: Ports,
  maxBacklogRecords = 1_000_000,
): Ports & Pick<IngestPorts, 'admission' | 'emissions'> {
  const { streams, clock } = ports;
  return {
    ...ports,
    admission: new Admission({ streams, clock, maxBacklogRecords }),
    emissions: new Emissions(),
  };
}
