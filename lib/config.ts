import type { AwsNames } from './aws-names.ts';
import type { PathQuery } from './domain/counted-path.ts';
import type { InvalidEntries } from './domain/invalid-entries.ts';
import type { PathTemplate } from './domain/path-templates.ts';
import { environmentSchema, type Environment, type LogLevel } from './environment-schema.ts';

/** The configuration from outside, parsed once at the start. */
export interface Config extends AwsNames {
  /** The kind of storage: on this machine in `dataDirectory`, on S3 and Kinesis, or on an S3-compatible store and Kafka. */
  readonly storage: 'local' | 'aws' | 'kafka';
  readonly dataDirectory: string;
  readonly bucketName: string;
  readonly maxBatchBytes: number;
  /** A duplicate by idempotency key is answered as an error (409) or like the first request (202). */
  readonly duplicateStatus: 409 | 202;
  /** Treatment of invalid entries in JSON and NDJSON where the request does not name one. */
  readonly invalidEntries: InvalidEntries;
  readonly allowedLatenessSeconds: number;
  /** Windows that start further ahead take the late stream. */
  readonly maxFutureSeconds: number;
  readonly maxKeysPerDimension: number;
  /** Patterns in the order in which they are tried; empty if paths are counted as they are. */
  readonly pathTemplates: readonly PathTemplate[];
  /** Host names in lower case to which the emulator answers. */
  readonly allowedHosts: readonly string[];
  /** Says whether a path keeps its query string when it is counted. */
  readonly pathQuery: PathQuery;
  /** `undefined` where none is set: only the emulator then makes one of its own. */
  readonly visitorsSecret: string | undefined;
  /** Days for which windows are kept; `undefined` keeps them forever. */
  readonly retentionDays: number | undefined;
  /** Days for which raw batches and failed records are kept; `undefined` keeps them forever. */
  readonly rawBatchDays: number | undefined;
  /** Bytes that the data directory may use; `undefined` without a quota. */
  readonly diskQuotaBytes: number | undefined;
  readonly logLevel: LogLevel;
  readonly verifyAgainSeconds: number;
  readonly apiKeysPath: string;
  /** True if API keys without a MAC, which earlier versions made, are accepted. */
  readonly acceptOldKeys: boolean;
  /** The backlog limit: beyond it, new batches are refused for now. */
  readonly maxBacklogRecords: number;
  /** Limit of one customer in one process while others send; 0 means no limit. */
  readonly customerRecordsPerSecond: number;
  /** Number of windows that an invocation reads and writes at the same time. */
  readonly windowsAtOnce: number;
  /** Path of the rules, which `readAlertRules` reads; `undefined`: there are no alerts. */
  readonly alertRulesFile: string | undefined;
  readonly alertWebhook: AlertWebhook | undefined;
  readonly alertTopicArn: string | undefined;
}

/** The webhook that gets alerts. Neither may be logged: addresses of webhooks often contain a secret. */
export interface AlertWebhook {
  readonly url: URL;
  /** `undefined`: requests are not signed. */
  readonly secret: string | undefined;
}

/** A value in the environment is invalid; the message names the variable. */
export class InvalidConfig extends Error {
  override readonly name = 'InvalidConfig';
}

/**
 * Parses the environment.
 * @throws InvalidConfig  a variable has an invalid value
 */
export function parseConfig(environment: NodeJS.ProcessEnv): Config {
  // A variable set to the empty string counts as not set.
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { data, error } = environmentSchema.safeParse(given);
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) => {
      const variable = path.join('.');
      if (isSecret(variable)) return `${variable} ${message}`; // errors end up in logs
      return `${variable} ${message}, and is ${JSON.stringify(environment[variable])}`;
    });
    throw new InvalidConfig(`The environment is invalid: ${problems.join('; ')}.`);
  }
  return {
    storage: data.STORAGE,
    dataDirectory: data.DATA_DIR,
    bucketName: data.BUCKET_NAME,
    maxBatchBytes: data.MAX_BATCH_BYTES,
    duplicateStatus: data.DUPLICATE_STATUS === '202' ? 202 : 409,
    invalidEntries: data.INVALID_ENTRIES,
    allowedLatenessSeconds: data.ALLOWED_LATENESS_SECONDS,
    maxFutureSeconds: data.MAX_FUTURE_SECONDS,
    maxKeysPerDimension: data.MAX_KEYS_PER_DIMENSION,
    pathTemplates: data.PATH_TEMPLATES,
    allowedHosts: data.ALLOWED_HOSTS,
    pathQuery: data.PATH_QUERY,
    visitorsSecret: data.VISITORS_SECRET === '' ? undefined : data.VISITORS_SECRET,
    retentionDays: unlessZero(data.RETENTION_DAYS),
    rawBatchDays: unlessZero(data.RAW_BATCH_DAYS),
    diskQuotaBytes: unlessZero(data.DISK_QUOTA_BYTES),
    logLevel: data.LOG_LEVEL,
    verifyAgainSeconds: data.VERIFY_AGAIN_SECONDS,
    metricsNamespace: data.METRICS_NAMESPACE,
    apiKeysPath: data.API_KEYS_PATH,
    acceptOldKeys: data.ACCEPT_OLD_API_KEYS === 'true',
    insightStreamName: data.INSIGHT_STREAM_NAME,
    lateStreamName: data.LATE_STREAM_NAME,
    insightConsumerName: data.INSIGHT_CONSUMER_NAME,
    lateConsumerName: data.LATE_CONSUMER_NAME,
    rollUpQueueName: data.ROLL_UP_QUEUE_NAME,
    failedRollUpsQueueName: data.FAILED_ROLL_UPS_QUEUE_NAME,
    rollUpConsumerName: data.ROLL_UP_CONSUMER_NAME,
    maxBacklogRecords: data.MAX_BACKLOG_RECORDS,
    customerRecordsPerSecond: data.CUSTOMER_RECORDS_PER_SECOND,
    windowsAtOnce: data.WINDOWS_AT_ONCE,
    alertRulesFile: data.ALERT_RULES === '' ? undefined : data.ALERT_RULES,
    alertWebhook: alertWebhookOf(data),
    alertTopicArn: data.ALERT_TOPIC_ARN === '' ? undefined : data.ALERT_TOPIC_ARN,
  };
}

function isSecret(variable: string): boolean {
  return ['VISITORS_SECRET', 'ALERT_WEBHOOK_URL', 'ALERT_WEBHOOK_SECRET'].includes(variable);
}

function alertWebhookOf(data: Environment): AlertWebhook | undefined {
  const { ALERT_WEBHOOK_URL: address, ALERT_WEBHOOK_SECRET: secret, ALERT_WEBHOOK_HTTP: http } = data;
  if (address === '') return undefined;
  const url = new URL(address);
  if (url.protocol === 'http:' && http === 'loopback' && !isLoopback(url.hostname)) {
    throw new InvalidConfig(
      'The environment is invalid: ALERT_WEBHOOK_URL must be an https address, because it is not on this machine. Set ALERT_WEBHOOK_HTTP=any if http is safe there.',
    );
  }
  return { url, secret: secret === '' ? undefined : secret };
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname);
}

function unlessZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}
