import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { InvalidConfig } from '../../lib/config.ts';
import { parseClusterConfig, requireCallers } from '../../self-hosted/config.ts';

describe('the environment of the cluster form', () => {
  it('needs nothing to be set for one machine, but for who may call', () => {
    const config = parseClusterConfig({});
    expect(config).toMatchObject({
      kafka: { brokers: ['127.0.0.1:9092'], prefix: 'log-analytics-', tls: undefined, sasl: undefined },
      host: '127.0.0.1',
      port: 8080,
      adminHost: '127.0.0.1',
      adminPort: 8081,
      instanceId: hostname(),
      apiProcesses: undefined,
      verifyAfterSeconds: 120,
      putMilliseconds: 15_000,
      pipeline: { storage: 'kafka', insightStreamName: 'log-analytics-insights' },
    });
    expect(() => requireCallers(config, {})).toThrow(/API_KEYS_FILE/);
    requireCallers(config, { ALLOW_UNAUTHENTICATED: 'true' });
  });

  it('takes an empty variable as one that is not set', () => {
    expect(parseClusterConfig({ PORT: '', INSTANCE_ID: '', VERIFY_AFTER_SECONDS: '' })).toEqual(
      parseClusterConfig({}),
    );
  });

  it('has the ways to Kafka and to the store', () => {
    const config = parseClusterConfig({
      KAFKA_BROKERS: 'kafka-1:9092, [::1]:9093',
      KAFKA_TLS: 'true',
      KAFKA_CA_FILE: '/ca.pem',
      KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512',
      KAFKA_USERNAME: 'api',
      KAFKA_PASSWORD: 'secret',
      S3_ENDPOINT: 'https://s3.example.com',
      S3_ACCESS_KEY_ID: 'id',
      S3_SECRET_ACCESS_KEY: 'secret',
      S3_PATH_STYLE: 'false',
      TOPIC_PREFIX: 'prod.',
    });
    expect(config.kafka).toEqual({
      brokers: ['kafka-1:9092', '[::1]:9093'],
      prefix: 'prod.',
      tls: { caFile: '/ca.pem', certFile: undefined, keyFile: undefined },
      sasl: { mechanism: 'SCRAM-SHA-512', username: 'api', password: 'secret' },
    });
    expect(config.s3).toEqual({
      endpoint: 'https://s3.example.com',
      region: 'us-east-1',
      isPathStyle: false,
      credentials: { accessKeyId: 'id', secretAccessKey: 'secret' },
    });
    expect(config.pipeline.lateStreamName).toBe('prod.late');
  });

  it.each<[Record<string, string>, RegExp]>([
    [{ KAFKA_BROKERS: 'kafka' }, /KAFKA_BROKERS must list addresses.*"kafka"/],
    [{ KAFKA_TLS: 'yes' }, /KAFKA_TLS must be true or false/],
    [{ KAFKA_CA_FILE: '/ca.pem' }, /KAFKA_TLS=true/],
    [{ KAFKA_TLS: 'true', KAFKA_CERT_FILE: '/c.pem' }, /belong together/],
    [{ KAFKA_SASL_MECHANISM: 'PLAIN' }, /needs KAFKA_USERNAME/],
    [{ KAFKA_PASSWORD: 'x' }, /without KAFKA_SASL_MECHANISM/],
    [{ KAFKA_SASL_MECHANISM: 'GSSAPI' }, /must be PLAIN/],
    [{ TOPIC_PREFIX: 'a b' }, /TOPIC_PREFIX/],
    [{ TOPIC_PARTITIONS: '0' }, /at least 1/],
    [{ S3_ENDPOINT: 's3.example.com' }, /S3_ENDPOINT must be an address/],
    [{ S3_ACCESS_KEY_ID: 'x' }, /belong together/],
    [{ INSTANCE_ID: 'a/b' }, /INSTANCE_ID/],
    [{ PORT: '65536' }, /at most 65535/],
    [{ READ_FROM: 'memory' }, /must be store or clickhouse/],
    [{ READ_FROM: 'clickhouse' }, /needs CLICKHOUSE_URL/],
    [{ CLICKHOUSE_URL: 'clickhouse:8123' }, /CLICKHOUSE_URL must be an address/],
    [{ CLICKHOUSE_URL: 'http://c:8123', CLICKHOUSE_CA_FILE: 'ca.pem' }, /not an https address/],
    [{ CLICKHOUSE_DATABASE: 'a-b' }, /CLICKHOUSE_DATABASE/],
    [{ VERIFY_AFTER_SECONDS: '59' }, /VERIFY_AFTER_SECONDS must be a whole number of 60–900/],
    [{ VERIFY_AFTER_SECONDS: '901' }, /must be at most 900/],
    [{ PUT_DEADLINE_SECONDS: '61' }, /at most half of VERIFY_AFTER_SECONDS/],
    [{ API_KEYS_FILE: 'a', API_KEYS: 'b' }, /not both/],
    [{ API_KEYS_FILE: 'a', ALLOW_UNAUTHENTICATED: 'true' }, /contradicts/],
    [{ SHARE_LINK_SECRET: 'too-short-a-secret' }, /SHARE_LINK_SECRET must have at most 2 secrets/],
    [{ SHARE_LINK_SECRET: `${'a'.repeat(32)},` }, /of at least 32 characters/],
    [{ SHARE_LINK_SECRET: Array(3).fill('a'.repeat(32)).join(',') }, /at most 2 secrets/],
    [{ MAX_BATCH_BYTES: 'many' }, /MAX_BATCH_BYTES must be a whole number/],
  ])('is refused where it is %j', (environment, message) => {
    expect(() => parseClusterConfig(environment)).toThrow(InvalidConfig);
    expect(() => parseClusterConfig(environment)).toThrow(message);
  });

  it('has the secrets of share links, the newest first, and quotes none in a message', () => {
    const [newest, older] = ['n'.repeat(32), 'o'.repeat(40)];
    const { linkSecrets } = parseClusterConfig({ SHARE_LINK_SECRET: `${newest}, ${older}` });
    expect(linkSecrets.map((secret) => Buffer.from(secret).toString())).toEqual([newest, older]);
    expect(parseClusterConfig({}).linkSecrets).toEqual([]);
    expect(() => parseClusterConfig({ SHARE_LINK_SECRET: 'too-short-a-secret' })).not.toThrow(/too-short/);
  });
});
