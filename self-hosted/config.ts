import { hostname } from 'node:os';
import { InvalidConfig, parseConfig, type Config } from '../lib/config.ts';
import { clusterEnvironmentSchema, type ClusterEnvironment } from './cluster-environment.ts';
import type { AggregateEngine } from './kafka/engine-names.ts';

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
          readonly mechanism: Exclude<ClusterEnvironment['KAFKA_SASL_MECHANISM'], ''>;
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
  /** Secrets that sign share links, the newest first; empty: no links can be made. */
  readonly linkSecrets: readonly Uint8Array[];
  readonly aggregateEngine: AggregateEngine;
  readonly putMilliseconds: number;
  readonly clockDifferenceMilliseconds: number;
  readonly readFrom: ClusterEnvironment['READ_FROM'];
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
    linkSecrets: data.SHARE_LINK_SECRET.map((secret) => Buffer.from(secret)),
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

function tlsOf(data: ClusterEnvironment): ClusterConfig['kafka']['tls'] {
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

function caFileOf({ S3_CA_FILE: file, S3_ENDPOINT: address }: ClusterEnvironment): string | undefined {
  if (file === '' || address.startsWith('https:')) return orUndefined(file);
  throw new InvalidConfig('S3_CA_FILE is set, but S3_ENDPOINT is not an https address. Correct one of them.');
}

function saslOf(data: ClusterEnvironment): ClusterConfig['kafka']['sasl'] {
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

function credentialsOf(data: ClusterEnvironment): ClusterConfig['s3']['credentials'] {
  const { S3_ACCESS_KEY_ID: accessKeyId, S3_SECRET_ACCESS_KEY: secretAccessKey } = data;
  if (accessKeyId === '' && secretAccessKey === '') return undefined;
  if (accessKeyId !== '' && secretAccessKey !== '') return { accessKeyId, secretAccessKey };
  throw new InvalidConfig('S3_ACCESS_KEY_ID and S3_SECRET_ACCESS_KEY belong together: set both or none.');
}

function clickHouseOf(data: ClusterEnvironment): ClusterConfig['clickHouse'] {
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

function apiKeysOf(data: ClusterEnvironment): ClusterConfig['apiKeys'] {
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
