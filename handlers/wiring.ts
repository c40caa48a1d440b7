import { parseConfig, type Config } from '../lib/config.ts';
import { createCountingRules, type CountingRules } from '../lib/domain/counting-rules.ts';
import { createLogger, type Logger } from '../lib/logger.ts';
import { createMetrics, type Metrics } from '../lib/metrics.ts';
import { createHealthCheck } from '../lib/pipeline/check-health.ts';
import { createCountingProgress } from '../lib/pipeline/counting-progress.ts';
import { createFailedRecords, failedRecordPrefixes } from '../lib/pipeline/failed-records.ts';
import { Intake } from '../lib/pipeline/intake.ts';
import type { Streams } from '../lib/pipeline/streams.ts';
import type { ApiKeys } from '../lib/ports/api-keys.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { CountingProgress } from '../lib/ports/counting-progress.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { RollUpBacklog } from '../lib/ports/roll-up-backlog.ts';

/** Everything that the functions work with. */
export interface App {
  /** When this process was wired. */
  readonly startedAt: Date;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly rules: CountingRules;
  readonly store: ObjectStore;
  readonly streams: Streams;
  readonly progress: CountingProgress;
  readonly intake: Intake;
  /** Rejects when the store cannot be written. */
  readonly checkHealth: () => Promise<void>;
}

/** What an app is made of; the rest follows from it. */
export type AppParts = Pick<App, 'config' | 'clock' | 'logger' | 'store' | 'streams'> & {
  readonly rollUps: RollUpBacklog;
  /** See `FailedRecordsOptions`. */
  readonly failedRecordsVersion?: (() => number) | undefined;
  /** Takes metrics as lines of the log; without it they are there to be read. */
  readonly writeMetrics?: ((line: string) => void) | undefined;
};

export function createApp({ writeMetrics, rollUps, failedRecordsVersion, ...parts }: AppParts): App {
  const failedRecords = createFailedRecords({ store: parts.store, version: failedRecordsVersion });
  return {
    ...parts,
    startedAt: parts.clock.now(),
    progress: createCountingProgress({ ...parts, rollUps, failedRecords }),
    metrics: createMetrics(
      parts.streams,
      writeMetrics && {
        namespace: parts.config.metricsNamespace,
        clock: parts.clock,
        write: writeMetrics,
      },
      rollUps,
    ),
    rules: createCountingRules(parts.config.pathTemplates),
    intake: new Intake(),
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

/**
 * Deployed, others keep failed records and give them back: for so long one list of them is used. What they tell is
 * older than that anyway, as `countedThrough` is some minutes behind.
 */
const failedRecordsListedForMilliseconds = 10_000;

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
  const storage = await openStorage(config, clock);
  const writeMetrics = config.storage === 'aws' ? writeLog : undefined;
  return createApp({ config, clock, logger, ...storage, writeMetrics });
}

type Storage = Pick<AppParts, 'store' | 'streams' | 'rollUps' | 'failedRecordsVersion'>;

/** Each is loaded only where it is chosen: a deployed bundle has nothing of the local store. */
async function openStorage(config: Config, clock: Clock): Promise<Storage> {
  switch (config.storage) {
    case 'aws': {
      const { openAwsStorage } = await import('../lib/adapters/aws.ts');
      const listAgain = () => Math.floor(clock.now().getTime() / failedRecordsListedForMilliseconds);
      return { ...openAwsStorage(config, clock), failedRecordsVersion: listAgain };
    }
    case 'local': {
      const { openedLocalStore } = await import('../local-store/open-local-store.ts');
      const local = openedLocalStore(config.dataDirectory);
      const streams = {
        insights: local.stream(config.insightStreamName),
        late: local.stream(config.lateStreamName),
      };
      return {
        store: local.objects,
        streams,
        rollUps: local.rollUps,
        failedRecordsVersion: () => local.versionOf(failedRecordPrefixes),
      };
    }
  }
}
