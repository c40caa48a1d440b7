import { priceOf } from './prices.ts';
import {
  batchBytes,
  ratesOf,
  sentBytes,
  windowBytes,
  type Rates,
  type Setup,
  type Workload,
} from './workload.ts';

/** Dollars a month, by purpose. */
export type Estimate = ReadonlyMap<string, number>;

const hoursPerMonth = 730;
export const secondsPerMonth = hoursPerMonth * 3_600;

/** Bytes that the platform logs for an invocation: START, END and REPORT, and 26 bytes an event that CloudWatch adds. */
const platformLogBytes = 350;
/** Bytes logged for an answer to POST /logs: three lines of metrics, as measured, and the line of the access log. */
const requestLogBytes = platformLogBytes + 1_150 + 400;
const consumerLogBytes = platformLogBytes + 500;
const answerBytes = 450;
/** Combinations of metric and labels of a pipeline in use; those without a value cost nothing. */
const customMetrics = 30;
const queuePollers = 5;
const rollUpPollers = 2;
/** The index of customers: its entry and two tombstones are read, a list finds the first minute, and it is written. */
const indexGets = 3;
const indexPuts = 2;
const indexMilliseconds = 125;
/** SQS delivers ten messages a request; Lambda takes 6 MB, which holds about this many notifications. */
const messagesPerRequest = 10;
const noticesPerInvocation = 4_000;
const recordsPerInvocation = 500;
const verifiedPerInvocation = 1_000;
const metricsPerQuestion = 4;
const requestUnitBytes = 512 * 1_024;
const payloadUnitBytes = 25 * 1_024;
const shardBytesPerSecond = 1_000_000;
const shardRecordsPerSecond = 1_000;

/** Estimates the cost of the setup without any traffic. */
export function idleEstimate(setup: Setup): Estimate {
  return new Map([
    ['Kinesis, standing', streamsStanding(setup, setup.shards)],
    ['alarms, dashboard', priceOf('alarm', setup.alarms) + priceOf('dashboard', 1)],
    ['SQS, polling', monthly('queueRequest', (2 * queuePollers) / 20)],
  ]);
}

/** Estimates the whole cost of a workload on a setup. */
export function estimate(workload: Workload, setup: Setup): Estimate {
  const rates = ratesOf(workload, setup);
  const needed = Math.max(
    setup.shards,
    Math.ceil((rates.partials * rates.partialBytes) / shardBytesPerSecond) + 1,
    Math.ceil(rates.partials / shardRecordsPerSecond) + 1,
  );
  const idle = idleEstimate({ ...setup, shards: needed });
  const ingest = ofIngest(workload, rates, setup);
  const aggregate = ofAggregate(rates, setup, needed);
  const verify = ofVerify(workload, rates, setup);
  const rollUp = ofRollUp(workload, rates, setup);
  return new Map([
    ['API Gateway, answers', ingest.api],
    ['taking batches: S3', ingest.store],
    ['taking batches: Lambda', ingest.compute],
    ['Kinesis, data', streamData(rates, setup)],
    ['counting: S3', aggregate.store],
    ['counting: Lambda', aggregate.compute],
    ['verifying: S3, SQS, Lambda', verify.store + verify.compute + verify.queue],
    ['rolling up: S3, SQS, Lambda', rollUp.store + rollUp.compute + rollUp.queue],
    [
      'logs and metrics',
      ingest.logs + aggregate.logs + verify.logs + rollUp.logs + priceOf('customMetric', customMetrics),
    ],
    ['standing: streams, alarms, polling', [...idle.values()].reduce((sum, cost) => sum + cost, 0)],
  ]);
}

/** Estimates a month's storage after a year: raw batches for as long as they are kept, minutes forever. */
export function storageAfterAYear(workload: Workload, setup: Setup): number {
  const rates = ratesOf(workload, setup);
  const day = 86_400;
  const batches = rates.batches * day * Math.min(setup.rawBatchDays, 365) * batchBytes(workload, rates);
  const minutes =
    workload.customers * 1_440 * 365 * busyMinutes(workload, rates) * windowBytes(workload, rates);
  return priceOf('storage', batches + minutes);
}

interface Costs {
  readonly store: number;
  readonly compute: number;
  readonly logs: number;
}

function ofIngest(workload: Workload, { batches }: Rates, setup: Setup): Costs & { readonly api: number } {
  const units = Math.ceil(sentBytes(workload) / requestUnitBytes);
  const authorized = Math.min(batches, workload.customers / Math.max(1, setup.authorizerSeconds));
  const milliseconds = 50 + 0.003 * workload.entriesPerBatch;
  return {
    api: monthly('apiRequest', batches * units) + monthly('dataOut', batches * answerBytes),
    store: monthly('get', batches) + monthly('put', batches), // reads the customer's tombstone first
    compute: invocations(batches, milliseconds, setup) + invocations(authorized, 50, setup),
    logs: logged(batches * requestLogBytes + authorized * platformLogBytes, setup),
  };
}

function ofAggregate({ partials, windowWrites }: Rates, setup: Setup, shards: number): Costs {
  const waitSeconds = Math.max(1, setup.countEverySeconds);
  const byTime = (shards * (1 - Math.exp((-partials / shards) * waitSeconds))) / waitSeconds;
  const each = Math.max(byTime, partials / recordsPerInvocation);
  const milliseconds = 60 + (2.2 * windowWrites + 0.04 * partials) / each;
  return {
    // Each write reads the window and, at most once, the tombstone of its customer.
    store: monthly('get', 2 * windowWrites) + monthly('put', windowWrites),
    compute: invocations(each, milliseconds, setup),
    logs: logged(each * consumerLogBytes, setup),
  };
}

function ofVerify(workload: Workload, rates: Rates, setup: Setup): Costs & { readonly queue: number } {
  const { batches, windowsPerBatch } = rates;
  const each = Math.max(
    Math.min(queuePollers / setup.verifyEverySeconds, batches),
    batches / verifiedPerInvocation,
  );
  const notices = batches / each;
  const minutesOfThem = setup.verifyEverySeconds / 60 + windowsPerBatch;
  const windows = Math.min(notices * windowsPerBatch, workload.customers * minutesOfThem);
  const milliseconds = 50 + ((notices + windows) / 16) * 25;
  const questions = Math.min(each, queuePollers / 60);
  return {
    store: monthly('get', batches + each * (windows + Math.min(notices, workload.customers))),
    compute: invocations(each, milliseconds, setup) + monthly('metricRead', questions * metricsPerQuestion),
    queue: messages(batches),
    logs: logged(each * consumerLogBytes, setup),
  };
}

function ofRollUp(workload: Workload, rates: Rates, setup: Setup): Costs & { readonly queue: number } {
  const { windowWrites } = rates;
  const each = Math.max(
    Math.min(rollUpPollers / setup.rollUpEverySeconds, windowWrites),
    windowWrites / noticesPerInvocation,
  );
  const customers = workload.customers * (1 - Math.exp(-windowWrites / each / workload.customers));
  const minutes = 30 * busyMinutes(workload, rates); // half an hour on average
  const hours = 12;
  const milliseconds =
    100 + (customers / 4) * (160 + indexMilliseconds + ((minutes + hours) / 8) * 25 + (minutes + hours) * 2);
  return {
    store:
      monthly('get', each * customers * (minutes + hours + 2 + 4 + indexGets)) +
      monthly('put', each * customers * (4 + indexPuts)),
    compute: invocations(each, milliseconds, setup),
    queue: messages(windowWrites),
    logs: logged(each * consumerLogBytes, setup),
  };
}

function streamsStanding({ streamMode }: Setup, shards: number): number {
  return streamMode === 'PROVISIONED'
    ? priceOf('shardHour', shards * hoursPerMonth)
    : priceOf('streamHour', 2 * hoursPerMonth);
}

function streamData({ partials, partialBytes }: Rates, { streamMode }: Setup): number {
  if (streamMode === 'PROVISIONED') {
    return monthly('putUnit', partials * Math.ceil(partialBytes / payloadUnitBytes));
  }
  const bytes = partials * Math.ceil(partialBytes / 1_024) * 1_024;
  return monthly('streamIn', bytes) + monthly('streamOut', bytes);
}

/** Returns the share of minutes in which a customer sends something. */
function busyMinutes({ customers }: Workload, { partials }: Rates): number {
  return 1 - Math.exp((-partials / customers) * 60);
}

function invocations(perSecond: number, milliseconds: number, { memoryGigabytes }: Setup): number {
  const gigabyteSeconds = (perSecond * milliseconds * memoryGigabytes) / 1_000;
  return monthly('invocation', perSecond) + monthly('gigabyteSecond', gigabyteSeconds);
}

/** Estimates the cost of messages that S3 sends, and that Lambda receives and deletes. */
function messages(perSecond: number): number {
  return monthly('queueRequest', perSecond * (1 + 2 / messagesPerRequest));
}

function logged(bytesPerSecond: number, { logDays }: Setup): number {
  return monthly('logIngested', bytesPerSecond) + monthly('logKept', bytesPerSecond) * (logDays / 30);
}

function monthly(name: Parameters<typeof priceOf>[0], perSecond: number): number {
  return priceOf(name, perSecond * secondsPerMonth);
}
