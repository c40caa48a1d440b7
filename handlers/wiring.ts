import { InvalidConfig, parseConfig, type Config } from '../lib/config.ts';
import { createCountingRules, type CountingRules } from '../lib/domain/counting-rules.ts';
import { createVisitorMarks } from '../lib/domain/visitor-marks.ts';
import { createLogger, type LogFields, type Logger } from '../lib/logger.ts';
import { createMetrics, type Metrics } from '../lib/metrics.ts';
import { authorizeLimits, createAuthorize, type Authorize } from '../lib/pipeline/authorize/authorize.ts';
import { createLinkSecrets } from '../lib/pipeline/authorize/link-secrets.ts';
import { createHealthCheck } from '../lib/pipeline/check-health/check-health.ts';
import { CustomerBudgets } from '../lib/pipeline/streams/customer-budgets.ts';
import { createCountingProgress } from '../lib/pipeline/query/counting-progress.ts';
import {
  createFailedRecords,
  failedRecordPrefixes,
  type FailedRecords,
} from '../lib/pipeline/failed-records/failed-records.ts';
import { Admission, type AdmissionPolicy } from '../lib/pipeline/streams/admission.ts';
import { createStreamOutbox } from '../lib/pipeline/streams/stream-outbox.ts';
import { createNotifyingStore } from '../lib/pipeline/windows/notifying-store.ts';
import { RecentRejections } from '../lib/pipeline/ingest/recent-rejections.ts';
import { EmittedBatches } from '../lib/pipeline/ingest/emitted-batches.ts';
import { EqualBodies } from '../lib/pipeline/ingest/equal-bodies.ts';
import { BatchAdmission } from '../lib/pipeline/ingest/batch-admission.ts';
import { createRetention, type Retention } from '../lib/pipeline/expire/retention.ts';
import { createObjectWindowReader } from '../lib/pipeline/query/object-window-reader.ts';
import { readCustomersAhead } from '../lib/pipeline/query/read-customers-ahead.ts';
import { readLimits } from '../lib/pipeline/query/read-limits.ts';
import { CustomerTurns } from '../lib/pipeline/turns/customer-turns.ts';
import type { Streams } from '../lib/pipeline/streams/streams.ts';
import type { AgedObjects } from '../lib/ports/aged-objects.ts';
import type { AlertRuleSet } from '../lib/domain/alerts/alert-rules.ts';
import type { AlertTarget } from '../lib/ports/alert-target.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { DiskRoom } from '../lib/ports/disk-room.ts';
import type { CountingProgress } from '../lib/ports/counting-progress.ts';
import type { ObjectStore } from '../lib/ports/object-store.ts';
import type { ObjectVersions } from '../lib/ports/object-versions.ts';
import type { Outbox } from '../lib/ports/outbox.ts';
import type { RollUpBacklog } from '../lib/ports/roll-up-backlog.ts';
import type { Timers } from '../lib/ports/timers.ts';
import type { WindowNotifier } from '../lib/ports/window-notifier.ts';
import type { WindowReader } from '../lib/ports/window-reader.ts';
import { realTimers } from '../lib/timers.ts';

/** Everything that the functions work with. */
export interface App {
  /** Time when this process was wired. */
  readonly startedAt: Date;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly rules: CountingRules;
  /** True if an authorizer decides whose traffic a request is about, and the header `x-customer-id` does not. */
  readonly hasAuthorizer: boolean;
  /** Secrets that sign share links, the newest first; empty where none is set, and on AWS, where `shares` reads its own. */
  readonly linkSecrets: readonly Uint8Array[];
  readonly store: ObjectStore;
  /** Reads windows for answers. */
  readonly reader: WindowReader;
  readonly streams: Streams;
  readonly outbox: Outbox;
  /** An intent precedes each batch, and its reader emits. */
  readonly hasIntents: boolean;
  readonly timers: Timers;
  /** Present where the store does not announce its changes by itself; `store` uses it, too. */
  readonly notifier: WindowNotifier | undefined;
  readonly progress: CountingProgress;
  readonly batchAdmission: BatchAdmission;
  /** Deployed; on a laptop the consumers share the work out. */
  readonly customerBudgets: CustomerBudgets | undefined;
  readonly retention: Retention;
  /** Present where the store is a disk of this machine. */
  readonly diskRoom: DiskRoom | undefined;
  /** Present where nothing else deletes expired raw batches. */
  readonly aged: AgedObjects | undefined;
  /** Decides which batches `ingest` takes now. */
  readonly admission: AdmissionPolicy;
  /** Decides whether `verify` emits a batch again now. */
  readonly emissionAdmission: AdmissionPolicy;
  readonly emittedBatches: EmittedBatches;
  /** Present where this process takes all batches, as on a laptop. */
  readonly recentRejections: RecentRejections | undefined;
  readonly equalBodies: EqualBodies;
  readonly failedRecords: FailedRecords;
  readonly reads: CustomerTurns;
  /** Rejects when the store cannot be written. */
  readonly checkHealth: () => Promise<void>;
}

/** Parts of an app; the rest follows from them. */
export type AppParts = Pick<App, 'config' | 'clock' | 'logger' | 'store' | 'streams'> & {
  readonly rollUps: RollUpBacklog;
  /** See `FailedRecordsOptions`. */
  readonly failedRecordsVersion?: (() => number) | undefined;
  /** Takes metrics as lines of the log; without it they are there to be read. */
  readonly writeMetrics?: ((line: string) => void) | undefined;
  readonly diskRoom?: DiskRoom | undefined;
  readonly aged?: AgedObjects | undefined;
  /** Versions of the entries of the index of customers; without them, the reader remembers none. */
  readonly versions?: ObjectVersions | undefined;
  /** Requests come with the answer of an authorizer; without a value that is so on AWS alone. */
  readonly hasAuthorizer?: boolean | undefined;
  /** The secret of visitors where the configuration has none; without both they are not counted. */
  readonly visitorsSecret?: string | undefined;
  readonly linkSecrets?: readonly Uint8Array[] | undefined;
  /** Writes intents; without it `ingest` emits on the streams itself. */
  readonly outbox?: Outbox | undefined;
  readonly notifier?: WindowNotifier | undefined;
  readonly timers?: Timers | undefined;
  /** Admission of `ingest`; without it the backlogs of the streams decide. */
  readonly admission?: AdmissionPolicy | undefined;
  /** Reads windows for answers; without it they are read from the store. */
  readonly reader?: WindowReader | undefined;
  /** Progress of the counts; without it the backlogs of the streams and `rollUps` determine it. */
  readonly progress?: CountingProgress | undefined;
};

export function createApp({
  writeMetrics,
  diskRoom,
  aged,
  versions,
  rollUps,
  failedRecordsVersion,
  hasAuthorizer,
  visitorsSecret,
  linkSecrets = [],
  notifier,
  timers = realTimers,
  ...given
}: AppParts): App {
  const store = notifier === undefined ? given.store : createNotifyingStore(given.store, notifier);
  const parts = { ...given, store };
  const secret = parts.config.visitorsSecret ?? visitorsSecret;
  const failedRecords = createFailedRecords({ store, version: failedRecordsVersion });
  const emissionAdmission = new Admission({ ...parts, maxBacklogRecords: parts.config.maxBacklogRecords });
  return {
    ...parts,
    outbox: parts.outbox ?? createStreamOutbox(parts.streams),
    hasIntents: parts.outbox !== undefined,
    notifier,
    timers,
    diskRoom,
    aged,
    hasAuthorizer: hasAuthorizer ?? parts.config.storage === 'aws',
    linkSecrets,
    startedAt: parts.clock.now(),
    progress: parts.progress ?? createCountingProgress({ ...parts, rollUps, failedRecords }),
    metrics: createMetrics(
      parts.streams,
      writeMetrics && {
        namespace: parts.config.metricsNamespace,
        clock: parts.clock,
        write: writeMetrics,
      },
      { diskRoom, rollUps },
    ),
    rules: createCountingRules(
      parts.config.pathTemplates,
      parts.config.pathQuery,
      secret === undefined ? undefined : createVisitorMarks(secret),
    ),
    batchAdmission: new BatchAdmission(),
    customerBudgets: createCustomerBudgets(parts),
    reader: parts.reader ?? createObjectWindowReader(parts.store, versions),
    retention: createRetention(parts.store, parts.clock),
    admission: parts.admission ?? emissionAdmission,
    emissionAdmission,
    emittedBatches: new EmittedBatches(),
    recentRejections: parts.config.storage === 'local' ? new RecentRejections(parts.clock.now()) : undefined,
    equalBodies: new EqualBodies(),
    failedRecords,
    reads: new CustomerTurns(readLimits),
    checkHealth: createHealthCheck(parts.store, parts.clock),
  };
}

function createCustomerBudgets({
  config,
  clock,
}: Pick<App, 'config' | 'clock'>): CustomerBudgets | undefined {
  const { storage, customerRecordsPerSecond } = config;
  if (storage !== 'aws' || customerRecordsPerSecond === 0) return undefined;
  return new CustomerBudgets(customerRecordsPerSecond, clock);
}

/**
 * Returns the app of this process, wired when the first function needs it and shared by all: they have to count into the
 * same metrics and write through the same store. A deployed bundle wires it while it loads. A failure is not kept; the
 * next invocation tries again.
 */
export function wired(): Promise<App> {
  app ??= wire(process.env, processEffects).catch((error: unknown) => {
    app = undefined;
    throw error;
  });
  return app;
}

/**
 * Time for which one list of failed records is used where other processes keep and release them, as on AWS. Answers are
 * older than that anyway, as `countedThrough` is some minutes behind.
 */
const failedRecordsListedForMilliseconds = 10_000;

/** Wires the authorizer, which needs nothing else. */
export function wiredAuthorize(): Promise<Authorize> {
  authorize ??= wireAuthorize(process.env, processEffects).catch((error: unknown) => {
    authorize = undefined;
    throw error;
  });
  return authorize;
}

async function wireAuthorize(
  environment: NodeJS.ProcessEnv,
  { clock, writeLog }: WireEffects,
): Promise<Authorize> {
  const { apiKeysPath, acceptOldKeys, bucketName, logLevel } = parseConfig(environment);
  const { openSsmApiKeys } = await import('../lib/adapters/ssm-api-keys.ts');
  const { openS3Copies } = await import('../lib/adapters/open-s3-copies.ts');
  const logger = createLogger({ level: logLevel, clock, write: writeLog });
  const copies = openS3Copies(bucketName);
  return createAuthorize(
    { apiKeys: openSsmApiKeys(apiKeysPath), copies, clock, logger },
    { ...authorizeLimits, acceptOldKeys },
  );
}

/** The rules of alerts, and the places that they are sent to. */
export interface Alerting {
  /** `undefined`: there are no alerts. */
  readonly rules: AlertRuleSet | undefined;
  readonly targets: readonly AlertTarget[];
}

/**
 * Opens what alerts need besides an app. No other function bundles it.
 * @throws InvalidConfig  the file of the rules cannot be used
 */
export async function openAlerting({ config, clock }: Pick<App, 'config' | 'clock'>): Promise<Alerting> {
  const { readAlertRules } = await import('../lib/alert-rules-file.ts');
  const { openAlertTargets } = await import('../lib/adapters/open-alert-targets.ts');
  return { rules: readAlertRules(config), targets: openAlertTargets(config, clock) };
}

type ReadLinkSecrets = () => Promise<readonly Uint8Array[]>;

/**
 * Returns the secrets that sign share links, the newest first: on AWS those of the API keys, elsewhere the app's own.
 * @throws Unavailable  they cannot be read now
 */
export async function wiredLinkSecrets(app: App): Promise<readonly Uint8Array[]> {
  if (app.config.storage !== 'aws') return app.linkSecrets;
  readLinkSecrets ??= openLinkSecrets(app);
  return (await readLinkSecrets)();
}

async function openLinkSecrets({ config, clock, logger }: App): Promise<ReadLinkSecrets> {
  const { openSsmApiKeys } = await import('../lib/adapters/ssm-api-keys.ts');
  return createLinkSecrets({ apiKeys: openSsmApiKeys(config.apiKeysPath), clock, logger });
}

let readLinkSecrets: Promise<ReadLinkSecrets> | undefined;
let app: Promise<App> | undefined;
let authorize: Promise<Authorize> | undefined;

const processEffects: WireEffects = {
  clock: { now: () => new Date() },
  writeLog: (line) => process.stdout.write(line),
};

/** Logs for a function that has no app, since the environment cannot be used or the store cannot be opened. */
export function logWithoutApp(message: string, fields: LogFields): void {
  const level = process.env['LOG_LEVEL'] === 'debug' ? 'debug' : 'info';
  const { clock, writeLog } = processEffects;
  createLogger({ level, clock, write: writeLog }).error(message, fields);
}

/** Effects of a process that its environment does not name. */
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
  const app = createApp({ config, clock, logger, ...storage, writeMetrics });
  // A deployed function answers too few requests to read them all for one that may come.
  if (config.storage === 'local') void readCustomersAhead(app.reader, logger);
  return app;
}

type Storage = Omit<AppParts, 'config' | 'clock' | 'logger' | 'writeMetrics'>;

/**
 * Opens the configured storage. Each form is loaded only where it is chosen: a deployed bundle has nothing of the local
 * store.
 */
async function openStorage(config: Config, clock: Clock): Promise<Storage> {
  switch (config.storage) {
    case 'aws': {
      const { openAwsStorage } = await import('../lib/adapters/aws.ts');
      const listAgain = () => Math.floor(clock.now().getTime() / failedRecordsListedForMilliseconds);
      return { ...openAwsStorage(config, clock), failedRecordsVersion: listAgain };
    }
    case 'kafka':
      throw new InvalidConfig(
        'The functions on Kafka are started by self-hosted/main.ts. Unset STORAGE, or see docs/how-to/run-the-cluster.md.',
      );
    case 'local': {
      const { openedLocalStore } = await import('../local-store/open-local-store.ts');
      const { openVisitorsSecret } = await import('../local-store/visitors-secret.ts');
      const { openLinkSecret } = await import('../local-store/link-secret.ts');
      const local = openedLocalStore(config.dataDirectory);
      const streams = {
        insights: local.stream(config.insightStreamName),
        late: local.stream(config.lateStreamName),
      };
      return {
        visitorsSecret: await openVisitorsSecret(config.dataDirectory),
        linkSecrets: [await openLinkSecret(config.dataDirectory)],
        store: local.objects,
        versions: local.versions,
        aged: local.aged,
        diskRoom: local.diskRoom,
        streams,
        rollUps: local.rollUps,
        failedRecordsVersion: () => local.versionOf(failedRecordPrefixes),
      };
    }
  }
}
