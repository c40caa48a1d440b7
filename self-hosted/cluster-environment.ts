import * as z from 'zod';
import { aggregateEngines } from './kafka/engine-names.ts';

function wholeNumberOf(min: number, max: number) {
  return z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.int().min(min, `must be at least ${min}`).max(max, `must be at most ${max}`));
}

const port = wholeNumberOf(0, 65_535);
const flag = z.enum(['true', 'false'], 'must be true or false');

const brokers = z.string().transform((text, context): readonly string[] => {
  const addresses = text.split(',').map((address) => address.trim());
  if (addresses.every((address) => /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/.test(address))) {
    return addresses;
  }
  const message = 'must list addresses such as kafka-1:9092,kafka-2:9092';
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

const endpoint = z.string().refine((text) => text === '' || /^https?:\/\/[^/?#\s]+\/?$/.test(text), {
  message: 'must be an address such as https://s3.example.com',
});

const maxLinkSecrets = 2;

const linkSecrets = z.string().transform((text, context): readonly string[] => {
  const secrets = text === '' ? [] : text.split(',').map((secret) => secret.trim());
  if (secrets.length <= maxLinkSecrets && secrets.every((secret) => secret.length >= 32)) return secrets;
  const message = `must have at most ${maxLinkSecrets} secrets of at least 32 characters, separated by a comma`;
  context.addIssue({ code: 'custom', message });
  return z.NEVER;
});

/**
 * The environment of the cluster form, besides the variables that all forms have; docs/reference/cluster-configuration.md
 * has the same table, and a test compares them.
 */
export const clusterEnvironmentSchema = z.object({
  KAFKA_BROKERS: brokers
    .prefault('127.0.0.1:9092')
    .describe('addresses of some brokers, as `host:port`, separated by commas; they name the others'),
  KAFKA_TLS: flag.default('false').describe('`true`: connections to Kafka are encrypted'),
  KAFKA_CA_FILE: z
    .string()
    .default('')
    .describe(
      'with `KAFKA_TLS=true`: certificates (PEM) of the authority that signed those of the brokers, if the system does not trust it',
    ),
  KAFKA_CERT_FILE: z
    .string()
    .default('')
    .describe('with `KAFKA_TLS=true`: the certificate (PEM) of this client, where the brokers ask for one'),
  KAFKA_KEY_FILE: z.string().default('').describe('the private key (PEM) of that certificate'),
  KAFKA_SASL_MECHANISM: z
    .enum(['', 'PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], 'must be PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512')
    .default('')
    .describe(
      '`PLAIN`, `SCRAM-SHA-256` or `SCRAM-SHA-512`: how this client authenticates; empty: it does not',
    ),
  KAFKA_USERNAME: z.string().default('').describe('the name of this client, with a SASL mechanism'),
  KAFKA_PASSWORD: z.string().default('').describe('its password'),
  TOPIC_PREFIX: z
    .string()
    .regex(/^[A-Za-z0-9._-]{0,100}$/, 'must have at most 100 of A–Z a–z 0–9 . _ -')
    .default('log-analytics-')
    .describe('prefix of the names of all topics and groups'),
  TOPIC_PARTITIONS: wholeNumberOf(1, 1_000)
    .default(12)
    .describe('partitions of each created topic; at most this many processes of a role work at one time'),
  TOPIC_REPLICATION: wholeNumberOf(1, 10)
    .default(3)
    .describe('brokers that hold each record of a created topic; 1 is for development'),
  FLUSH_INTENTS: flag
    .default('false')
    .describe('`true`: brokers flush each record of the topic `batches`; needed where they share power'),
  S3_ENDPOINT: endpoint.default('').describe('address of the S3-compatible server; empty: AWS'),
  S3_CA_FILE: z
    .string()
    .default('')
    .describe(
      'with an `https` address: certificates (PEM) of the authority that signed that of the server, if the system does not trust it',
    ),
  S3_REGION: z.string().min(1, 'must not be empty').default('us-east-1').describe('region of the bucket'),
  S3_PATH_STYLE: flag
    .default('true')
    .describe('`true`: the bucket is in the path of an address; `false`: in its host name, as AWS prefers'),
  S3_ACCESS_KEY_ID: z
    .string()
    .default('')
    .describe('credentials for the bucket; empty: those of the AWS environment (`AWS_PROFILE`, a role, …)'),
  S3_SECRET_ACCESS_KEY: z.string().default('').describe('the secret of these credentials'),
  INSTANCE_ID: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,100}$/, 'must have 1–100 of A–Z a–z 0–9 . _ -')
    .default('the host name')
    .describe('names this process among those of its roles; it must be unique, and the same after a restart'),
  HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'with the role `api`: the address that it listens at; `0.0.0.0` is reachable from other machines',
    ),
  PORT: port.default(8_080).describe('with the role `api`: its port'),
  API_PROCESSES: wholeNumberOf(0, 256)
    .default(0)
    .describe('with the role `api`: processes that share the port; `0`: one per core'),
  ADMIN_HOST: z
    .string()
    .default('127.0.0.1')
    .describe(
      'the address of the internal port (health, readiness, metrics, calls of `aggregate`); anybody who reaches it may ask',
    ),
  ADMIN_PORT: port.default(8_081).describe('the internal port'),
  API_KEYS_FILE: z
    .string()
    .default('')
    .describe('the file of API keys, as `npm run api-keys -- create <customer> --file <path>` writes it'),
  API_KEYS: z.string().default('').describe('the text of such a file, in place of a file'),
  SHARE_LINK_SECRET: linkSecrets
    .prefault('')
    .describe(
      'secret of at least 32 characters that signs [share links](docs/how-to/share-a-dashboard.md); two, separated by a comma, while it is replaced: the first signs, both are accepted. Empty: no links can be made. The same in all processes',
    ),
  ALLOW_UNAUTHENTICATED: flag
    .default('false')
    .describe(
      '`true`: there are no API keys, and the header `x-customer-id` names the customer; whoever reaches the port may read and write everything',
    ),
  READ_FROM: z
    .enum(['store', 'clickhouse'], 'must be store or clickhouse')
    .default('store')
    .describe(
      'with the role `api`, where answers come from: `store`, the windows in the bucket; `clickhouse`, the read model, and the bucket while that is away or behind',
    ),
  CLICKHOUSE_URL: z
    .string()
    .refine((text) => text === '' || /^https?:\/\/[^/?#\s@]+\/?$/.test(text), {
      message: 'must be an address such as http://clickhouse:8123',
    })
    .default('')
    .describe('address of the HTTP interface of ClickHouse; empty: there is no read model'),
  CLICKHOUSE_USERNAME: z.string().default('default').describe('the name of this client'),
  CLICKHOUSE_PASSWORD: z.string().default('').describe('its password'),
  CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/, 'must have at most 64 of A–Z a–z 0–9 _, and no digit first')
    .default('log_analytics')
    .describe('the database of the read model; the role `project` creates it'),
  CLICKHOUSE_CA_FILE: z
    .string()
    .default('')
    .describe(
      'with an `https` address: certificates (PEM) of the authority that signed that of ClickHouse, if Node.js does not trust it',
    ),
  CLICKHOUSE_SWEEP_HOURS: wholeNumberOf(0, 8_760)
    .default(24)
    .describe(
      'with the role `project`: hours between two comparisons of the read model with the bucket; `0`: none',
    ),
  AGGREGATE_ENGINE: z
    .enum(aggregateEngines, 'must be event-source, flink or both')
    .default('event-source')
    .describe(
      'what hands partials to the function `aggregate`: `event-source`, the role itself; `flink`, a Flink job that calls it at the internal port; `both`, either of them. The same in all roles',
    ),
  PUT_DEADLINE_SECONDS: wholeNumberOf(1, 450)
    .default(15)
    .describe(
      'seconds within which a batch must be stored; after that, it gets 503. At most half of `VERIFY_AFTER_SECONDS`, and the same in all roles',
    ),
  CLOCK_DIFFERENCE_SECONDS: wholeNumberOf(0, 60)
    .default(2)
    .describe('seconds by which the clocks of the machines may differ; `countedThrough` lags by as much'),
});

/** The parsed environment. */
export type ClusterEnvironment = z.output<typeof clusterEnvironmentSchema>;
