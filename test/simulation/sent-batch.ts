import { createHash } from 'node:crypto';
import { batchIdFromKey, batchIdFromPayload, type BatchId } from '../../lib/domain/batch-id.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';
import { customer } from '../factories.ts';
import type { Chance } from '../faults/chance.ts';

export interface SentEntry {
  readonly receivedAt: string;
  readonly method: string;
  readonly path: string;
  readonly userAgent: string;
  readonly status: number;
}

/** A batch that a client sends, as the laws know it: they do not rely on anything that the pipeline says about it. */
export interface SentBatch {
  /** Name in messages. */
  readonly name: string;
  readonly customerId: CustomerId;
  readonly id: BatchId;
  readonly hasKey: boolean;
  /** The valid entries. */
  readonly entries: readonly SentEntry[];
  /** Number of invalid entries that it has besides. */
  readonly invalid: number;
  readonly body: Buffer;
  readonly payloadHash: string;
}

export interface BatchPlan {
  readonly customers: number;
  /** Age of the oldest entries, in minutes before the present. */
  readonly minutes: number;
  /** Rate at which an entry belongs to one of the oldest minutes. */
  readonly oldest: number;
  readonly now: number;
}

/** @param number  from 1 */
export function simulatedCustomer(number: number): CustomerId {
  return customer(`customer-${number}`);
}

const maxEntries = 4;
const oldestMinutes = 3;

/** A batch of some entries, with its own key or, if `key` is `'payload'`, with the id derived from its body. */
export function someBatch(
  key: string,
  chance: Chance,
  { customers, minutes, oldest, now }: BatchPlan,
): SentBatch {
  const customerId = simulatedCustomer(chance.upTo(customers));
  const entries = Array.from({ length: chance.upTo(maxEntries) }, (): SentEntry => {
    const age = chance.happens(oldest)
      ? Math.max(1, minutes - chance.upTo(oldestMinutes))
      : chance.upTo(minutes);
    const minute = Math.floor(now / 60_000) - age + 1;
    return {
      receivedAt: new Date(minute * 60_000).toISOString(),
      method: chance.oneOf('GET', 'POST'),
      path: chance.oneOf('/', '/a', '/b'),
      userAgent: chance.oneOf('curl', 'firefox'),
      status: chance.oneOf(200, 404),
    };
  });
  const hasKey = chance.happens(0.7);
  // Without a key, equal bodies are one batch. A path of its own keeps each batch different, so that the expected
  // counts are clear.
  const [first] = entries;
  const sent = hasKey || first === undefined ? entries : [...entries, { ...first, path: `/${key}` }];
  const invalid = chance.happens(0.2) ? chance.upTo(2) : 0;
  const valid = invalid > 0 && hasKey && chance.happens(0.2) ? [] : sent;
  const invalidEntries = Array.from({ length: invalid }, () => ({ path: '/invalid' }));
  const body = Buffer.from(
    JSON.stringify([...invalidEntries.slice(1), ...valid, ...invalidEntries.slice(0, 1)]),
  );
  const payloadHash = createHash('sha256').update(`${customerId}\n`).update(body).digest('hex');
  const id = hasKey ? batchIdFromKey(key) : batchIdFromPayload(payloadHash);
  if (id === undefined) throw new Error('A simulated batch needs a valid key.');
  return { name: `batch ${id.text}`, customerId, id, hasKey, entries: valid, invalid, body, payloadHash };
}
