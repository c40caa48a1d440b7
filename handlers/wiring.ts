import { parseConfig, type Config } from '../lib/config.ts';
import { createCountingRules, type CountingRules } from '../lib/domain/counting-rules.ts';
import { createLogger, type Logger } from '../lib/logger.ts';
import { createMetrics, type Metrics } from '../lib/metrics.ts';
import { createHealthCheck } from '../lib/pipeline/check-health.ts';
import { Intake } from '../lib/pipeline/intake.ts';
import { ReadTurns } from '../lib/pipeline/read-turns.ts';
import type { Streams } from '../lib/pipeline/streams.ts';
import type { ApiKeys } from '../lib/ports/api-keys.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';

/** Everything that the functions work with. */
export interface App {
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly rules: CountingRules;
  readonly store: ObjectStore;
  readonly streams: Streams;
  readonly intake: Intake;
  readonly reads: ReadTurns;
  /** Rejects when the store cannot be written. */
  readonly checkHealth: () => Promise<void>;
}

/** What an app is made of; the rest follows from it. */
export type AppParts = Pick<App, 'config' | 'clock' | 'logger' | 'store' | 'streams'> & {
  /** Takes metrics as lines of the log; without it they are there to be read. */
  readonly writeMetrics?: ((line: string) => void) | undefined;
};

export function createApp({ writeMetrics, ...parts }: AppParts): App {
  return {
    ...parts,
    metrics: createMetrics(
      parts.streams,
      writeMetrics && {
        namespace: parts.config.metricsNamespace,
        clock: parts.clock,
        write: writeMetrics,
      },
    ),
    rules: createCountingRules(parts.config.pathTemplates),
    intake: new Intake(),
    reads: new ReadTurns(),
    checkHealth: createHealthCheck(parts.store, parts.clock),
  };
}

/**
 * The app of this process, wired when the first function needs it and shared by all: they are to count into the same
 * metrics and write through the same store. A bundle that is deployed has it wired while it is loaded. A failure is not
 * kept; the next invocation tries again.
 */
export function wired(): Promise<App> {
  app ??= wire(process.env, processEffects).catch((error: unknown) => {
    app = undefined;
    throw error;
  });
  return app;
}

/** The API keys, for the authorizer, which needs nothing else. */
export function wiredApiKeys(): Promise<ApiKeys> {
  apiKeys ??= openApiKeys().catch((error: unknown) => {
    apiKeys = undefined;
    throw error;
  });
  return apiKeys;
}

async function openApiKeys(): Promise<ApiKeys> {
  const { openSsmApiKeys } = await import('../lib/adapters/ssm-api-keys.ts');
  return openSsmApiKeys(parseConfig(process.env).apiKeysPath);
}

let app: Promise<App> | undefined;
let apiKeys: Promise<ApiKeys> | undefined;

const processEffects: WireEffects = {
  clock: { now: () => new Date() },
  writeLog: (line) => process.stdout.write(line),
};

/** What a process has, and an environment does not say. */
export interface WireEffects {
  readonly clock: Clock;
  readonly writeLog: (line: string) => void;
}

/**
 * The app that an environment describes.
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export async function wire(environment: NodeJS.ProcessEnv, { clock, writeLog }: WireEffects): Promise<App> {
  const config = parseConfig(environment);
  const logger = createLogger({ level: config.logLevel, clock, write: writeLog });
  const { store, streams } = await openStorage(config, clock);
  const writeMetrics = config.storage === 'aws' ? writeLog : undefined;
  return createApp({ config, clock, logger, store, streams, writeMetrics });
}

/** Each is loaded only where it is chosen: a deployed bundle has nothing of the local store. */
async function openStorage(config: Config, clock: Clock): Promise<Pick<AppParts, 'store' | 'streams'>> {
  switch (config.storage) {
    case 'aws': {
      const { openAwsStorage } = await import('../lib/adapters/aws.ts');
      return openAwsStorage(config, clock);
    }
    case 'local': {
      const { openedLocalStore } = await import('../local-store/open-local-store.ts');
      const local = openedLocalStore(config.dataDirectory);
      const streams = {
        insights: local.stream(config.insightStreamName),
        late: local.stream(config.lateStreamName),
      };
      return { store: local.objects, streams };
    }
  }
}
