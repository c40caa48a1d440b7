import { hostname } from 'node:os';
import * as z from 'zod';
import { InvalidConfig, parseConfig, type Config } from '../lib/config.ts';
import { aggregateEngines, type AggregateEngine } from './kafka/engine-names.ts';

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

type Environment = z.output<typeof clusterEnvironmentSchema>;

/** The configuration of a process of the cluster form. */
export interface ClusterConfig {
  /** The settings that all forms have. */
  readonly pipeline: Config;
  readonly verifyAfterSeconds: number;
  readonly kafka: {
    readonly brokers: readonly string[];
    readonly prefix: string;
    /** Paths of files; `undefined` without TLS. */
    readonly tls:
      | {
          readonly caFile: string | undefined;
          readonly certFile: string | undefined;
          readonly keyFile: string | undefined;
        }
      | undefined;
    readonly sasl:
      | {
          readonly mechanism: Exclude<Environment['KAFKA_SASL_MECHANISM'], ''>;
          readonly username: string;
          readonly password: string;
        }
      | undefined;
  };
  /** Settings of topics that are created. */
  readonly topics: {
    readonly partitions: number;
    readonly replication: number;
    readonly flushesIntents: boolean;
  };
  readonly s3: {
    readonly endpoint: string | undefined;
    /** Path of a file. */
    readonly caFile: string | undefined;
    readonly region: string;
    readonly isPathStyle: boolean;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } | undefined;
  };
  readonly instanceId: string;
  readonly host: string;
  readonly port: number;
  /** `undefined`: one per core. */
  readonly apiProcesses: number | undefined;
  readonly adminHost: string;
  readonly adminPort: number;
  readonly apiKeys:
    | { readonly kind: 'file'; readonly path: string }
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'none' };
  readonly aggregateEngine: AggregateEngine;
  readonly putMilliseconds: number;
  readonly clockDifferenceMilliseconds: number;
  readonly readFrom: Environment['READ_FROM'];
  /** `undefined` if there is no read model. */
  readonly clickHouse: ClickHouseConfig | undefined;
}

/** The ClickHouse server that has the read model. */
export interface ClickHouseConfig {
  readonly url: string;
  readonly username: string;
  readonly password: string;
  readonly database: string;
  /** Path of a file. */
  readonly caFile: string | undefined;
  /** `undefined`: the model is not compared with the store. */
  readonly sweepMilliseconds: number | undefined;
}

/** `verify` looks no earlier than this, since a healthy summarizer may be this far behind. */
const leastVerifyAfterSeconds = 60;

/**
 * Parses the environment of a process of the cluster form.
 * @throws InvalidConfig  a variable has an invalid value, or two contradict each other
 */
export function parseClusterConfig(environment: NodeJS.ProcessEnv): ClusterConfig {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const { data, error } = clusterEnvironmentSchema.safeParse({ INSTANCE_ID: hostname(), ...given });
  if (error !== undefined) {
    const problems = error.issues.map(({ path, message }) => {
      const variable = path.join('.');
      return /PASSWORD|SECRET|API_KEYS$/.test(variable)
        ? `${variable} ${message}`
        : `${variable} ${message}, and is ${JSON.stringify(environment[variable])}`;
    });
    throw new InvalidConfig(`The environment is invalid: ${problems.join('; ')}.`);
  }
  const verifyAfterSeconds = parseVerifyAfter(given['VERIFY_AFTER_SECONDS']);
  if (2 * data.PUT_DEADLINE_SECONDS > verifyAfterSeconds) {
    throw new InvalidConfig(
      `PUT_DEADLINE_SECONDS must be at most half of VERIFY_AFTER_SECONDS, which is ${verifyAfterSeconds}, and is ${data.PUT_DEADLINE_SECONDS}.`,
    );
  }
  return {
    pipeline: parseConfig({
      ...given,
      STORAGE: 'kafka',
      VERIFY_AFTER_SECONDS: String(verifyAfterSeconds),
      INSIGHT_STREAM_NAME: `${data.TOPIC_PREFIX}insights`,
      LATE_STREAM_NAME: `${data.TOPIC_PREFIX}late`,
    }),
    verifyAfterSeconds,
    kafka: {
      brokers: data.KAFKA_BROKERS,
      prefix: data.TOPIC_PREFIX,
      tls: tlsOf(data),
      sasl: saslOf(data),
    },
    topics: {
      partitions: data.TOPIC_PARTITIONS,
      replication: data.TOPIC_REPLICATION,
      flushesIntents: data.FLUSH_INTENTS === 'true',
    },
    s3: {
      endpoint: orUndefined(data.S3_ENDPOINT),
      caFile: caFileOf(data),
      region: data.S3_REGION,
      isPathStyle: data.S3_PATH_STYLE === 'true',
      credentials: credentialsOf(data),
    },
    instanceId: data.INSTANCE_ID,
    host: data.HOST,
    port: data.PORT,
    apiProcesses: data.API_PROCESSES === 0 ? undefined : data.API_PROCESSES,
    adminHost: data.ADMIN_HOST,
    adminPort: data.ADMIN_PORT,
    apiKeys: apiKeysOf(data),
    aggregateEngine: data.AGGREGATE_ENGINE,
    putMilliseconds: data.PUT_DEADLINE_SECONDS * 1_000,
    clockDifferenceMilliseconds: data.CLOCK_DIFFERENCE_SECONDS * 1_000,
    readFrom: data.READ_FROM,
    clickHouse: clickHouseOf(data),
  };
}

function parseVerifyAfter(text = '120'): number {
  if (/^\d{1,3}$/.test(text) && Number(text) >= leastVerifyAfterSeconds) return Number(text);
  throw new InvalidConfig(
    `The environment is invalid: VERIFY_AFTER_SECONDS must be a whole number of ${leastVerifyAfterSeconds}–900 in the cluster form, and is ${JSON.stringify(text)}.`,
  );
}

function tlsOf(data: Environment): ClusterConfig['kafka']['tls'] {
  const files = { caFile: data.KAFKA_CA_FILE, certFile: data.KAFKA_CERT_FILE, keyFile: data.KAFKA_KEY_FILE };
  if (data.KAFKA_TLS === 'false') {
    if (Object.values(files).every((file) => file === '')) return undefined;
    throw new InvalidConfig('Files of certificates are set, but KAFKA_TLS is not true. Set KAFKA_TLS=true.');
  }
  if ((files.certFile === '') !== (files.keyFile === '')) {
    throw new InvalidConfig('KAFKA_CERT_FILE and KAFKA_KEY_FILE belong together: set both or none.');
  }
  const { caFile, certFile, keyFile } = files;
  return { caFile: orUndefined(caFile), certFile: orUndefined(certFile), keyFile: orUndefined(keyFile) };
}

function caFileOf({ S3_CA_FILE: file, S3_ENDPOINT: address }: Environment): string | undefined {
  if (file === '' || address.startsWith('https:')) return orUndefined(file);
  throw new InvalidConfig('S3_CA_FILE is set, but S3_ENDPOINT is not an https address. Correct one of them.');
}

function saslOf(data: Environment): ClusterConfig['kafka']['sasl'] {
  const { KAFKA_SASL_MECHANISM: mechanism, KAFKA_USERNAME: username, KAFKA_PASSWORD: password } = data;
  const isNamed = username !== '' || password !== '';
  if (mechanism === '') {
    if (!isNamed) return undefined;
    throw new InvalidConfig(
      'KAFKA_USERNAME or KAFKA_PASSWORD is set without KAFKA_SASL_MECHANISM. Set it as well.',
    );
  }
  if (username === '' || password === '') {
    throw new InvalidConfig('KAFKA_SASL_MECHANISM needs KAFKA_USERNAME and KAFKA_PASSWORD.');
  }
  return { mechanism, username, password };
}

function credentialsOf(data: Environment): ClusterConfig['s3']['credentials'] {
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = data;
  if (accessKeyId === '' && secretAccessKey === '') return undefined;
  if (accessKeyId !== '' && secretAccessKey !== '') return { accessKeyId, secretAccessKey };
  throw new InvalidConfig('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set both or none.');
}

function clickHouseOf(data: Environment): ClusterConfig['clickHouse'] {
  const { CLICKHOUSE_URL: url, CLICKHOUSE_CA_FILE: caFile, CLICKHOUSE_SWEEP_HOURS: sweepHours } = data;
  if (url === '') {
    if (data.READ_FROM === 'store') return undefined;
    throw new InvalidConfig('READ_FROM=clickhouse needs CLICKHOUSE_URL. Set it, or READ_FROM=store.');
  }
  if (caFile !== '' && !url.startsWith('https:')) {
    throw new InvalidConfig(
      'CLICKHOUSE_CA_FILE is set, but CLICKHOUSE_URL is not an https address. Correct one of them.',
    );
  }
  return {
    url,
    username: data.CLICKHOUSE_USERNAME,
    password: data.CLICKHOUSE_PASSWORD,
    database: data.CLICKHOUSE_DATABASE,
    caFile: orUndefined(caFile),
    sweepMilliseconds: sweepHours === 0 ? undefined : sweepHours * 3_600_000,
  };
}

function apiKeysOf(data: Environment): ClusterConfig['apiKeys'] {
  const { API_KEYS_FILE: path, API_KEYS: text } = data;
  const isOpen = data.ALLOW_UNAUTHENTICATED === 'true';
  if (path !== '' && text !== '') throw new InvalidConfig('Set API_KEYS_FILE or API_KEYS, not both.');
  if (isOpen && (path !== '' || text !== '')) {
    throw new InvalidConfig(
      'ALLOW_UNAUTHENTICATED=true contradicts API_KEYS_FILE and API_KEYS. Unset one of them.',
    );
  }
  if (path !== '') return { kind: 'file', path };
  return text === '' ? { kind: 'none' } : { kind: 'text', text };
}

/**
 * Requires that a process that serves requests has API keys, or explicit permission to do without.
 * @throws InvalidConfig  it has neither
 */
export function requireCallers({ apiKeys }: ClusterConfig, environment: NodeJS.ProcessEnv): void {
  if (apiKeys.kind !== 'none' || environment['ALLOW_UNAUTHENTICATED'] === 'true') return;
  throw new InvalidConfig(
    'There are no API keys. Make one (npm run api-keys -- create <customer> --file keys.jsonl) and set API_KEYS_FILE=keys.jsonl, or set ALLOW_UNAUTHENTICATED=true if nobody else can reach the port.',
  );
}

function orUndefined(text: string): string | undefined {
  return text === '' ? undefined : text;
}
