import type { CountingRules } from '../../lib/domain/counting-rules.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import type { Ingested } from '../../lib/pipeline/ingest/emit-stored.ts';
import { ingest } from '../../lib/pipeline/ingest/ingest.ts';
import { readBatch } from '../../lib/pipeline/ingest/read-batch.ts';
import type { Clock } from '../../lib/ports/clock.ts';
import type { EventStream } from '../../lib/ports/event-stream.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { customer, sentEntry, sentJson, simpleRules } from '../factories.ts';
import { withAdmission } from './with-admission.ts';

export interface IngestEntryPorts {
  readonly store: ObjectStore;
  /** A stream for live and late records alike. */
  readonly stream: EventStream;
  readonly clock: Clock;
}

export interface IngestEntryOptions {
  readonly customerId?: CustomerId;
  readonly path?: string;
  readonly rules?: CountingRules;
  readonly receivedAt?: string;
}

/** Ingests a batch with this key and a single entry. */
export async function ingestEntry(
  key: string,
  { store, stream, clock }: IngestEntryPorts,
  { customerId = customer(), path = `/${key}`, rules = simpleRules, receivedAt }: IngestEntryOptions = {},
): Promise<Ingested> {
  const sent = sentJson(
    key,
    [sentEntry({ path, ...(receivedAt !== undefined && { receivedAt }) })],
    customerId,
  );
  const ports = withAdmission({ store, streams: { insights: stream, late: stream }, clock });
  const options = { rules, allowedLatenessSeconds: 600, maxFutureSeconds: 3_600 };
  return ingest(await readBatch(sent, 100_000), ports, options);
}
