import { webcrypto } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import type { App } from '../handlers/wiring.ts';
import { encodeBatch, type StoredBatch } from '../lib/domain/batch-format.ts';
import { createCountingRules } from '../lib/domain/counting-rules.ts';
import { countEntries } from '../lib/domain/count-entries.ts';
import { batchKey } from '../lib/domain/keys.ts';
import { parseBatch } from '../lib/domain/parse-batch.ts';
import { partitionKeyOf } from '../lib/domain/partial.ts';
import { parseConfig } from '../lib/config.ts';
import { minutesOf, summarise } from '../lib/domain/summarise.ts';
import { maxRecordBytes } from '../lib/ports/event-stream.ts';
import { batchIdOf, customer } from '../test/factories.ts';
import { median } from './statistics.ts';

export interface Step {
  readonly name: string;
  /** The thread that does the work. */
  readonly thread: 'main' | 'other';
  /** Median over the rounds. */
  readonly milliseconds: number;
}

const templates = '/docs/:page /blog/:post /cart/:id /assets/* auto';

/** Measures each step of the handler for a batch separately. */
export async function measureSteps(body: Buffer, app: App, rounds: number): Promise<Step[]> {
  const base64 = body.toString('base64');
  const gzip = promisify(zlib.gzip);
  const level = zlib.constants.Z_BEST_SPEED;
  const gzipped = await gzip(body, { level });
  const customerId = customer();
  const payloadHash = 'a'.repeat(64);
  const mediaType = 'application/json';
  const { allowedLatenessSeconds, maxFutureSeconds } = app.config;
  const rulesWithTemplates = createCountingRules(parseConfig({ PATH_TEMPLATES: templates }).pathTemplates);

  const summariseFresh = (entries: ReturnType<typeof parseBatch>, key: string) =>
    summarise(
      { customerId, batchId: batchIdOf(key), payloadHash, storedAt: new Date() },
      minutesOf(entries),
      { rules: app.rules, allowedLatenessSeconds, maxFutureSeconds, maxRecordBytes },
    );
  const store = (key: string) => {
    const entries = parseBatch(body, mediaType);
    const partials = summariseFresh(entries, key);
    const batch: StoredBatch = {
      customerId,
      id: batchIdOf(key),
      payloadHash,
      storedAt: new Date(),
      rulesVersion: app.rules.version,
      mediaType,
      entries: entries.length,
      windows: partials.length,
      partials,
    };
    return batch;
  };

  // Each step gets fresh strings, since used ones already have their hashes.
  const steps: [string, Step['thread'], (round: number) => () => unknown][] = [
    ['decode base64', 'main', () => () => Buffer.from(base64, 'base64')],
    ['parse, build entries', 'main', () => () => parseBatch(body, mediaType)],
    [
      'summarise',
      'main',
      (round) => {
        const entries = parseBatch(body, mediaType);
        return () => summariseFresh(entries, `summarise-${round}`);
      },
    ],
    [
      'counting entries, part of it',
      'main',
      () => {
        const entries = parseBatch(body, mediaType);
        return () => countEntries(entries, app.rules);
      },
    ],
    [
      'the same, with PATH_TEMPLATES',
      'main',
      () => {
        const entries = parseBatch(body, mediaType);
        return () => countEntries(entries, rulesWithTemplates);
      },
    ],
    ['hash', 'other', () => () => webcrypto.subtle.digest('SHA-256', body)],
    ['gzip', 'other', () => () => gzip(body, { level })],
    [
      'encode the object, put it',
      'other',
      (round) => {
        const batch = store(`put-${round}`);
        return () =>
          app.store.put(batchKey(customerId, batch.id), encodeBatch(batch, gzipped), { ifNoneMatch: '*' });
      },
    ],
    [
      'put the partials',
      'other',
      (round) => {
        const { partials } = store(`emit-${round}`);
        return () =>
          app.streams.insights.put(
            partials.map(({ windowStart, data }) => ({
              partitionKey: partitionKeyOf(customerId, windowStart),
              data,
            })),
          );
      },
    ],
  ];

  const measured: Step[] = [];
  for (const [name, thread, prepare] of steps) {
    const times: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const run = prepare(round);
      const began = performance.now();
      await run();
      times.push(performance.now() - began);
    }
    measured.push({ name, thread, milliseconds: median(times) });
  }
  return measured;
}
