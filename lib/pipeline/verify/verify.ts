import pMap from 'p-map';
import type { BatchHeader } from '../../domain/batch-format.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { EmissionLimits } from '../../domain/judge-batch/is-off-stream.ts';
import type { Retention } from '../expire/retention.ts';
import { tombstonesReadOnce } from '../forget/read-tombstone.ts';
import { readLongHeader, readShortHeader } from '../ingest/read-stored-batch.ts';
import { readConsumption } from './consumption.ts';
import { findUncounted } from './find-uncounted.ts';
import { readHeaders } from './read-headers.ts';
import { setWaitingAside } from './set-waiting-aside.ts';
import { settleBatch, type SettlePorts, type TurnFacts } from './settle-batch.ts';
import { turnsOf, type Beginnings } from './turns-of.ts';
import {
  notifiedBatches,
  Verdicts,
  type NotifiedBatch,
  type StoredNotification,
  type VerifiedBatch,
} from './verdict.ts';

export interface VerifyPorts extends SettlePorts {
  /** Without it no window expires. */
  readonly retention?: Retention;
}

export interface VerifyOptions extends EmissionLimits {
  /** Age from which a batch that is not proved to be counted is overdue: somebody should find out why. */
  readonly overdueSeconds: number;
  /** Time after which no further batch begins: the next invocation takes it, so that each invocation ends and makes progress. */
  readonly maxSeconds: number;
}

const batchesInFlight = 16;

/**
 * Checks whether stored batches are counted, and emits the partials that are not. It examines the end state, the windows,
 * so it does not matter what went wrong on the way there.
 *
 * A partial is emitted again only where it does not wait on its stream any more (see `isOffStream`); until then the
 * aggregator is merely behind. It is safe to look at one batch several times at once, and to be killed anywhere: a
 * partial that is emitted once too often is dropped.
 *
 * It finishes what it begins, however long that takes, and the largest batches come last, each by itself: so every
 * invocation proves some batches, even where a batch is in a week of windows.
 */
export async function verify(
  notifications: readonly StoredNotification[],
  ports: VerifyPorts,
  options: VerifyOptions,
): Promise<VerifiedBatch[]> {
  const { store, streams, clock, retention } = ports;
  const deadline = clock.now().getTime() + options.maxSeconds * 1_000;
  const verdicts = new Verdicts(clock, options.overdueSeconds);

  const batches = notifiedBatches(notifications);
  const beginnings = await readHeaders(batches, ({ key }) => readShortHeader(key, store), verdicts);
  const consumption = await readConsumption(streams);
  const tombstoneOf = tombstonesReadOnce(store);

  for (const [turn, group] of turnsOf(beginnings).entries()) {
    if (turn > 0 && clock.now().getTime() > deadline) {
      postpone(group, verdicts);
      continue;
    }
    const read = await readHeaders(group.keys(), (batch) => readRest(batch, group, store), verdicts);
    // Before the windows are read: what does not wait by now is in them.
    const consumptionOf = await consumption([...read.values()].map(({ customerId }) => customerId));
    const headers = setWaitingAside(read, consumptionOf, clock.now(), options.marginSeconds, verdicts);
    const uncounted = await findUncounted([...headers.values()], store, retention);
    await settle(headers, { consumptionOf, tombstoneOf, uncounted }, ports, options, verdicts);
  }
  return verdicts.all;
}

function postpone(group: Beginnings<NotifiedBatch>, verdicts: Verdicts): void {
  for (const [batch, header] of group) {
    verdicts.add(batch, { kind: 'waiting' }, header === 'long' ? undefined : header.storedAt);
  }
}

async function readRest(
  batch: NotifiedBatch,
  group: Beginnings<NotifiedBatch>,
  store: ObjectStore,
): Promise<BatchHeader | undefined> {
  const header = group.get(batch);
  return header === 'long' ? readLongHeader(batch.key, store) : header;
}

async function settle(
  headers: ReadonlyMap<NotifiedBatch, BatchHeader>,
  facts: TurnFacts,
  ports: SettlePorts,
  limits: EmissionLimits,
  verdicts: Verdicts,
): Promise<void> {
  await pMap(
    headers,
    async ([batch, header]) => {
      const finding = await settleBatch(batch, header, facts, ports, limits).catch((error: unknown) => {
        return { kind: 'failed', error } as const;
      });
      verdicts.add(batch, finding, header.storedAt);
    },
    { concurrency: batchesInFlight },
  );
}
