import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createApp, type App, type AppParts } from '../handlers/wiring.ts';
import { parseConfig } from '../lib/config.ts';
import { createLogger } from '../lib/logger.ts';
import type { LocalStream } from '../local-store/local-stream.ts';
import { openLocalStore } from '../local-store/open-local-store.ts';

/** The functions' app on the real local store, in this process, without consumers of the streams. */
export interface TemporaryApp {
  readonly app: App;
  /** The parts of the app. */
  readonly parts: AppParts;
  /** The stream of current minutes, and the late stream. */
  readonly streams: readonly LocalStream[];
  /** Closes the store and leaves no file. */
  remove(): Promise<void>;
}

/** Name of the consumer for benchmarks that consume the stream by hand. */
export const consumer = 'aggregate';
const partitionCount = 8;

/** @param environment  variables of the configuration besides the data directory */
export async function openTemporaryApp(
  environment: Readonly<Record<string, string>> = {},
): Promise<TemporaryApp> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-bench-'));
  const { close, ...opened } = await openAppIn(directory, environment);
  return {
    ...opened,
    async remove() {
      await close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/**
 * Opens the app on the store in a directory; `close` leaves its files.
 * @param environment  variables of the configuration besides the data directory
 */
export async function openAppIn(
  directory: string,
  environment: Readonly<Record<string, string>> = {},
): Promise<Omit<TemporaryApp, 'remove'> & { readonly close: () => Promise<void> }> {
  const config = parseConfig({ ...environment, DATA_DIR: directory });
  const clock = { now: () => new Date() };
  const settings = {
    partitionCount,
    consumers: [{ name: consumer, startingPosition: 'TRIM_HORIZON' as const }],
  };
  const streams = {
    [config.insightStreamName]: settings,
    [config.lateStreamName]: settings,
  };
  const logger = createLogger({ level: 'warn', clock, write: (line) => process.stderr.write(line) });
  const queues = { queues: [], notifications: [] };
  const local = await openLocalStore(directory, { clock, logger, region: 'us-east-1', streams, ...queues });
  const insights = local.stream(config.insightStreamName);
  const late = local.stream(config.lateStreamName);
  const parts = {
    config,
    clock,
    logger,
    store: local.objects,
    versions: local.versions,
    streams: { insights, late },
    rollUps: local.rollUps,
  };
  return {
    app: createApp(parts),
    parts,
    streams: [insights, late],
    close: () => local.close(),
  };
}
