import * as z from 'zod';
import { largestBatchBytes } from './domain/batch-limits.ts';
import { invalidEntries } from './domain/invalid-entries.ts';
import {
  isPathTemplate,
  listPathTemplates,
  maxPathTemplates,
  problemOfPathTemplate,
  type PathTemplate,
} from './domain/path-templates.ts';

const wholeNumber = z
  .string()
  .regex(/^\d{1,15}$/, 'must be a whole number')
  .transform(Number);

/** A century: a larger number would be a mistake, and dates stay within the years that entries may have. */
const maxDays = 36_525;

const pathTemplates = z.string().transform((text, context): readonly PathTemplate[] => {
  const listed = listPathTemplates(text);
  const wrong = listed.find((template) => !isPathTemplate(template));
  if (wrong !== undefined) {
    const message = `must list patterns such as /users/:id, but ${JSON.stringify(wrong)} ${problemOfPathTemplate(wrong)}`;
    context.addIssue({ code: 'custom', message });
  }
  if (listed.length > maxPathTemplates) {
    context.addIssue({ code: 'custom', message: `must list at most ${maxPathTemplates} patterns` });
  }
  return listed.filter((template) => isPathTemplate(template));
});

const hostNames = z.string().transform((text, context): readonly string[] => {
  const names = text.split(',').map((name) => name.trim().toLowerCase().replace(/\.$/, ''));
  const wrong = names.find((name) => !/^[a-z0-9._-]{1,253}$/.test(name));
  if (wrong === undefined) return names;
  const message = 'must list host names without ports, such as pipeline,stats.example.com';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const webhookUrl = z
  .string()
  .refine((text) => text === '' || isWebhookUrl(text), 'must be an http or https address without a password');

function isWebhookUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

/** Secrets of standardwebhooks.com: 24 to 64 bytes. */
const webhookSecret = z
  .string()
  .refine(
    (text) => text === '' || /^whsec_[A-Za-z0-9+/]{32,86}={0,2}$/.test(text),
    'must be whsec_ and 24 to 64 bytes as base64',
  );

/**
 * The environment that the functions read, with defaults; docs/reference/configuration.md has the same table, and a test
 * compares them.
 */
export const environmentSchema = z.object({
  DATA_DIR: z
    .string()
    .default('.data')
    .describe('where the emulator keeps its data: batches, windows, the log'),
  STORAGE: z
    .enum(['local', 'aws', 'kafka'], 'must be local, aws or kafka')
    .default('local')
    .describe(
      '`local`: a directory and a log on this machine; `aws`: S3 and Kinesis; `kafka`: the [cluster form](docs/reference/cluster-configuration.md)',
    ),
  BUCKET_NAME: z
    .string()
    .default('log-analytics-pipeline-logs')
    .describe('with `STORAGE=aws`: the bucket of batches and windows; set by `serverless.yml`'),
  MAX_BATCH_BYTES: wholeNumber
    .pipe(z.int().min(1, 'must be at least 1').max(largestBatchBytes, `must be at most ${largestBatchBytes}`))
    .default(largestBatchBytes)
    .describe('the largest batch, decompressed, in bytes'),
  DUPLICATE_STATUS: z
    .enum(['409', '202'], 'must be 409 or 202')
    .default('409')
    .describe('the answer to an idempotency key that arrives again with the same body'),
  INVALID_ENTRIES: z
    .enum(invalidEntries, 'must be reject or set-aside')
    .default('reject')
    .describe(
      'the treatment of invalid entries in JSON and NDJSON where a request does not name one: `reject` refuses their batch; `set-aside` counts its valid entries and reports the others',
    ),
  ALLOWED_LATENESS_SECONDS: wholeNumber
    .default(600)
    .describe('seconds after its end when a window is complete; later entries are counted too, as late'),
  MAX_FUTURE_SECONDS: wholeNumber
    .default(3_600)
    .describe(
      'seconds that a window may start ahead; one that starts later is counted too, by the late stream',
    ),
  MAX_KEYS_PER_DIMENSION: wholeNumber
    .pipe(z.int().min(1, 'must be at least 1').max(10_000, 'must be at most 10000'))
    .default(10_000)
    .describe('how many paths, agents and statuses a window keeps; the rest is counted under `(other)`'),
  PATH_TEMPLATES: pathTemplates
    .prefault('none')
    .describe(
      'patterns such as `/users/:id`, and `auto`: [paths to count together](docs/reference/path-templates.md)',
    ),
  ALLOWED_HOSTS: hostNames
    .prefault('localhost')
    .describe(
      'host names under which the emulator answers, besides `localhost`, IP addresses and the name of `--host`: [access](docs/reference/access.md)',
    ),
  PATH_QUERY: z
    .enum(['keep', 'drop'], 'must be keep or drop')
    .default('keep')
    .describe(
      '`keep`: a path is counted with its query string; `drop`: without it ([personal data](docs/how-to/keep-less-personal-data.md))',
    ),
  VISITORS_SECRET: z
    .string()
    .refine((secret) => secret === '' || secret.length >= 32, 'must have at least 32 characters')
    .default('')
    .describe(
      'secret by which addresses are hashed to count [visitors](docs/reference/facts.md); the emulator makes its own in the data directory, and without one elsewhere no visitors are counted',
    ),
  RETENTION_DAYS: wholeNumber
    .pipe(z.int().max(maxDays, `must be at most ${maxDays}`))
    .default(0)
    .describe(
      'days for which minutes, hours and days are kept; then they are deleted for good; `0` keeps them forever',
    ),
  RAW_BATCH_DAYS: wholeNumber
    .pipe(z.int().max(maxDays, `must be at most ${maxDays}`))
    .default(0)
    .describe(
      'days for which raw batches and failed records are kept; `0` keeps them forever; set by `serverless.yml` once deployed',
    ),
  DISK_QUOTA_BYTES: wholeNumber
    .default(0)
    .describe(
      'bytes that the data directory may use; beyond, new batches get 503 `API_1007`; `0` sets no quota',
    ),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'], 'must be debug, info, warn or error')
    .default('info')
    .describe('the least severe level that is logged; with `debug`, errors have their stacks'),
  VERIFY_AFTER_SECONDS: wholeNumber
    .pipe(z.int().max(900, 'must be at most 900'))
    .default(120)
    .describe('seconds after which `verify` checks whether a stored batch is counted; 5 under the emulator'),
  VERIFY_AGAIN_SECONDS: wholeNumber
    .pipe(z.int().min(20, 'must be at least 20').max(43_200, 'must be at most 43200'))
    .default(60)
    .describe(
      'seconds after which `verify` checks again, if the batch is not counted yet; 900 once deployed',
    ),
  METRICS_NAMESPACE: z
    .string()
    .default('log-analytics-pipeline')
    .describe('with `STORAGE=aws`: the namespace of the metrics in CloudWatch; set by `serverless.yml`'),
  API_KEYS_PATH: z
    .string()
    .default('/log-analytics-pipeline/api-keys')
    .describe(
      'with `STORAGE=aws`: where Parameter Store has the hashes of API keys; set by `serverless.yml`',
    ),
  ACCEPT_OLD_API_KEYS: z
    .enum(['true', 'false'], 'must be true or false')
    .default('true')
    .describe(
      'with `STORAGE=aws`: whether [API keys of the old form](docs/how-to/manage-api-keys.md#switch-keys-of-the-old-form-off) are accepted; set by `serverless.yml`',
    ),
  INSIGHT_STREAM_NAME: z
    .string()
    .default('log-analytics-pipeline-insights')
    .describe('the stream from `ingest` to `aggregate`; set by `serverless.yml`'),
  LATE_STREAM_NAME: z
    .string()
    .default('log-analytics-pipeline-late')
    .describe('the same for late entries; set by `serverless.yml`'),
  INSIGHT_CONSUMER_NAME: z
    .string()
    .default('log-analytics-pipeline-aggregate')
    .describe('with `STORAGE=aws`: the function that consumes it; set by `serverless.yml`'),
  LATE_CONSUMER_NAME: z
    .string()
    .default('log-analytics-pipeline-aggregateLate')
    .describe('the same for late entries; set by `serverless.yml`'),
  ROLL_UP_QUEUE_NAME: z
    .string()
    .default('log-analytics-pipeline-roll-up')
    .describe('with `STORAGE=aws`: the queue of minutes that were written; set by `serverless.yml`'),
  FAILED_ROLL_UPS_QUEUE_NAME: z
    .string()
    .default('log-analytics-pipeline-failed-roll-ups')
    .describe('with `STORAGE=aws`: the queue of its dead letters; set by `serverless.yml`'),
  ROLL_UP_CONSUMER_NAME: z
    .string()
    .default('log-analytics-pipeline-rollUp')
    .describe('with `STORAGE=aws`: the function that consumes it; set by `serverless.yml`'),
  MAX_BACKLOG_RECORDS: wholeNumber
    .pipe(z.int().min(1, 'must be at least 1'))
    .default(200_000)
    .describe(
      'partials of one customer that may wait on a stream, or its share of them while others send; beyond, its batches for that stream get 503',
    ),
  CUSTOMER_RECORDS_PER_SECOND: wholeNumber
    .default(100)
    .describe(
      'with `STORAGE=aws`: stream records (or kB of them) a second that one customer may send through one instance of `ingest` [while others send](docs/explanation/aws.md#how-a-customer-is-limited); `0` sets no limit; set by `serverless.yml`',
    ),
  WINDOWS_AT_ONCE: wholeNumber
    .pipe(z.int().min(1, 'must be at least 1').max(1_000, 'must be at most 1000'))
    .default(32)
    .describe('windows that an invocation reads and writes at the same time; 8 under the emulator'),
  ALERT_RULES: z
    .string()
    .default('')
    .describe(
      'file of the [alert rules](docs/reference/alerts.md); without one there are no alerts. Once deployed, the file that was packaged',
    ),
  ALERT_WEBHOOK_URL: webhookUrl
    .default('')
    .describe(
      'address that gets each alert as a `POST` ([webhook](docs/reference/alerts.md#webhook)): `https`, or `http` on this machine',
    ),
  ALERT_WEBHOOK_SECRET: webhookSecret
    .default('')
    .describe('secret that signs these requests: `whsec_` and 24 to 64 random bytes as base64'),
  ALERT_WEBHOOK_HTTP: z
    .enum(['loopback', 'any'], 'must be loopback or any')
    .default('loopback')
    .describe(
      '`any`: the address of the webhook may be `http` on other machines, too; nothing is encrypted then',
    ),
  ALERT_TOPIC_ARN: z.string().default('').describe('SNS topic that gets each alert; set by `serverless.yml`'),
});

/** The values of a valid environment. */
export type Environment = z.output<typeof environmentSchema>;

export type LogLevel = Environment['LOG_LEVEL'];
