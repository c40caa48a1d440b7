import { batchIdFromKey, type BatchId } from '../lib/domain/batch-id.ts';
import type { CountingRules } from '../lib/domain/counting-rules.ts';
import { parseCustomerId, type CustomerId } from '../lib/domain/customer-id.ts';
import { mapDimensions, type Counts, type DimensionField } from '../lib/domain/dimensions.ts';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import type { LogEntry } from '../lib/domain/log-entry.ts';
import {
  decodePartial,
  encodePartial,
  partitionKeyOf,
  partialIdBytes,
  type WindowPartial,
} from '../lib/domain/partial.ts';
import { UnreadableFormat } from '../lib/errors.ts';
import type { ReceivedRecord } from '../lib/pipeline/aggregate/aggregate.ts';
import { minuteOfInstant } from '../lib/domain/timestamp.ts';
import type { EpochMinute } from '../lib/domain/epoch-minute.ts';
import { parseWindowStart, type WindowStart } from '../lib/domain/window.ts';

/** Folding limits of the product, which few tests reach. */
export const foldingLimits = { maxKeysPerDimension: 10_000, maxKeyTextBytes };

export function customer(text = 'cus-axon'): CustomerId {
  return required(parseCustomerId(text), text);
}

export function batchIdOf(key: string): BatchId {
  return required(batchIdFromKey(key), key);
}

export function windowStart(text = '2025-12-28T18:03:00Z'): WindowStart {
  return required(parseWindowStart(text), text);
}

export function minuteOf(instant: string): EpochMinute {
  return required(minuteOfInstant(instant), instant);
}

export function logEntry({ receivedAt = '2025-12-28T18:03:07Z', ...fields }: LogEntryFields = {}): LogEntry {
  return {
    minute: minuteOf(receivedAt),
    method: 'GET',
    path: '/',
    userAgent: 'curl/8.0',
    status: undefined,
    ...fields,
  };
}

type LogEntryFields = Partial<Omit<LogEntry, 'minute'>> & { readonly receivedAt?: string };

/** Creates an entry as a client sends it. */
export function sentEntry(fields: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return { receivedAt: '2025-12-28T18:03:07Z', method: 'GET', path: '/', userAgent: 'curl/8.0', ...fields };
}

/** Creates a batch as it was sent, by default of one entry. */
export function sentJson(
  key: string,
  entries: readonly object[] = [sentEntry()],
  customerId: CustomerId = customer(),
) {
  return {
    customerId,
    id: batchIdOf(key),
    mediaType: 'application/json',
    contentEncoding: '',
    body: Buffer.from(JSON.stringify(entries)),
  } as const;
}

/** Creates counts; those that are not given are empty. */
export function countsWith(counts: Partial<Counts>): Counts {
  return mapDimensions((field) => counts[field] ?? new Map<string, number>());
}

/** Creates a partial with a unique id for each `id`, and as many requests as its paths have. */
export function windowPartial({ id, counts = {}, ...fields }: WindowPartialFields): WindowPartial {
  const byField = mapDimensions((field) => new Map(Object.entries(counts[field] ?? {})));
  const requests = [...byField.requestsByPath.values()].reduce((sum, count) => sum + count, 0);
  return {
    customerId: customer(),
    windowStart: windowStart(),
    id: Buffer.from(String(id).padStart(partialIdBytes, '0')),
    part: 0,
    isLate: false,
    requests,
    counts: byField,
    ...fields,
  };
}

type WindowPartialFields = Partial<Omit<WindowPartial, 'id' | 'counts'>> & {
  readonly id: number | string;
  readonly counts?: Partial<Record<DimensionField, Readonly<Record<string, number>>>>;
};

/** Creates a record as `aggregate` receives it; its requests are counted by agent too, if they are not yet. */
export function receivedRecord(sequenceNumber: string, data: WindowPartial | Uint8Array): ReceivedRecord {
  const bytes = Buffer.from('counts' in data ? encodePartial(withAgents(data)) : data);
  return {
    stream: 'insights',
    partition: 'shardId-000000000000',
    sequenceNumber,
    partitionKey: partitionKeyIn(bytes),
    data: bytes,
  };
}

/** Returns what a version of a thousand formats later might have stored instead. */
export function ofNewerVersion(stored: Buffer): Buffer {
  return Buffer.from(
    stored.toString('latin1').replace(/^{"formatVersion":\d+/, '{"formatVersion":1000'),
    'latin1',
  );
}

function withAgents(partial: WindowPartial): WindowPartial {
  if (partial.counts.requestsByUserAgent.size > 0) return partial;
  const requestsByUserAgent = new Map([['Other', partial.requests]]);
  return { ...partial, counts: { ...partial.counts, requestsByUserAgent } };
}

/** Returns the partition key of a partial's window; any other key if the data is not a partial. */
function partitionKeyIn(data: Buffer): string {
  try {
    const { customerId, windowStart } = decodePartial(data);
    return partitionKeyOf(customerId, windowStart);
  } catch (error) {
    if (!(error instanceof UnreadableFormat)) throw error;
    return 'cus-axon/2025-12-28T18:03:00Z';
  }
}

/** Rules that take the text before the first slash for the family, and count paths unchanged. */
export const simpleRules: CountingRules = {
  version: 'simple-1',
  userAgentFamily: (userAgent) => userAgent.split('/')[0] || 'Other',
  countedPath: (path) => path,
  agentClass: () => 'other',
};

export const instant = (text: string): Date => new Date(text);

function required<T>(value: T | undefined, from: string): T {
  if (value === undefined) throw new Error(`A test uses ${JSON.stringify(from)}, which is not valid.`);
  return value;
}
