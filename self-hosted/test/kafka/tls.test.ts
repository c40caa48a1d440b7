import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { callCommand } from '../../../test/commands/run-command.ts';
import { topicsCommand } from '../../commands/topics.ts';
import { parseClusterConfig } from '../../config.ts';
import { prepareBucket } from '../../local/prepare.ts';
import type { SecureListener } from '../../local-services/kafka-properties.ts';
import { startKafka, type LocalKafka } from '../../local-services/start-kafka.ts';
import { startVersitygw, type LocalVersitygw } from '../../local-services/start-versitygw.ts';
import { createAuthority, type Authority, type Certificate } from './certificates.ts';
import { until } from './until.ts';

const firstPort = 19_050;
const [saslPort, clientPort, s3Port] = [19_055, 19_056, 19_057];
const saslAddress = `localhost:${saslPort}`;
const program = fileURLToPath(new URL('../../main.ts', import.meta.url));
const user = { KAFKA_USERNAME: 'analytics', KAFKA_PASSWORD: 'secret' };

/** Listeners that ask for credentials, and for a client's certificate. */
function listenersWith({ bothFile }: Certificate, { caFile }: Authority): SecureListener[] {
  const stores = {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': bothFile,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': caFile,
  };
  const security = 'org.apache.kafka.common.security';
  const scram = `${security}.scram.ScramLoginModule required;`;
  const sasl = {
    'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
    'plain.sasl.jaas.config': `${security}.plain.PlainLoginModule required user_analytics="secret";`,
    'scram-sha-256.sasl.jaas.config': scram,
    'scram-sha-512.sasl.jaas.config': scram,
  };
  return [
    { name: 'SASL', port: saslPort, protocol: 'SASL_SSL', properties: { ...stores, ...sasl } },
    {
      name: 'CLIENTS',
      port: clientPort,
      protocol: 'SSL',
      properties: { ...stores, 'ssl.client.auth': 'required' },
    },
  ];
}

describe('encrypted connections', () => {
  let directory: string;
  let kafka: LocalKafka;
  let s3: LocalVersitygw;
  let ours: Authority;
  let theirs: Authority;
  let client: Certificate;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'tls-'));
    [ours, theirs] = await Promise.all([
      createAuthority('ours', directory),
      createAuthority('theirs', directory),
    ]);
    const server = await ours.issue('server');
    client = await ours.issue('client');
    [kafka, s3] = await Promise.all([
      startKafka({
        nodes: 1,
        directory,
        firstPort,
        secureListeners: listenersWith(server, ours),
        scramUsers: ['SCRAM-SHA-256', 'SCRAM-SHA-512'].map(
          (each) => `${each}=[name=analytics,password=secret]`,
        ),
      }),
      startVersitygw({ directory, port: s3Port, tls: server }),
    ]);
  });
  afterAll(async () => {
    await Promise.all([kafka?.stop(), s3?.stop()]);
    await rm(directory, { recursive: true, force: true });
  });

  const withCa = (more: Readonly<Record<string, string>> = {}) => ({
    KAFKA_BROKERS: saslAddress,
    KAFKA_TLS: 'true',
    KAFKA_CA_FILE: ours.caFile,
    TOPIC_REPLICATION: '1',
    TOPIC_PARTITIONS: '1',
    ...more,
  });
  const topics = (env: Readonly<Record<string, string>>, action = 'create') =>
    callCommand(async () => topicsCommand, env, [action]).ended;

  it.each(['PLAIN', 'SCRAM-SHA-256', 'SCRAM-SHA-512'])('work with %s', async (mechanism) => {
    const env = withCa({ ...user, KAFKA_SASL_MECHANISM: mechanism, TOPIC_PREFIX: `${mechanism}-` });
    expect(await topics(env)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it("work with a client's certificate", async () => {
    const env = withCa({
      KAFKA_BROKERS: `localhost:${clientPort}`,
      KAFKA_CERT_FILE: client.certFile,
      KAFKA_KEY_FILE: client.keyFile,
      TOPIC_PREFIX: 'clients-',
    });
    expect(await topics(env)).toMatchObject({ exitCode: 0, stderr: '' });
  });

  const plain = { ...user, KAFKA_SASL_MECHANISM: 'PLAIN' };
  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'the password is wrong',
      { ...plain, KAFKA_PASSWORD: 'guess' },
      /refused the credentials.*KAFKA_PASSWORD/,
    ],
    [
      'the password is wrong, with SCRAM',
      { ...plain, KAFKA_SASL_MECHANISM: 'SCRAM-SHA-512', KAFKA_PASSWORD: 'guess' },
      /refused the credentials.*KAFKA_USERNAME, KAFKA_PASSWORD/,
    ],
    ['there are no credentials', {}, /closed the connection.*KAFKA_SASL_MECHANISM/],
    ['nothing is encrypted', { KAFKA_TLS: 'false', KAFKA_CA_FILE: '' }, /Set KAFKA_TLS=true/],
    [
      'Kafka does not encrypt',
      { ...plain, KAFKA_BROKERS: `127.0.0.1:${firstPort}` },
      /does not encrypt at this address.*KAFKA_TLS/,
    ],
    [
      'the certificate is for another name',
      { ...plain, KAFKA_BROKERS: `127.0.0.1:${saslPort}` },
      /for another name.*KAFKA_BROKERS/,
    ],
  ])('say what to check if %s', async (_, env, message) => {
    const { exitCode, stderr } = await topics(withCa(env), 'check');
    expect(stderr).toMatch(message);
    expect(exitCode).toBe(2);
  });

  it('are refused if another authority has signed the certificate, also by default', async () => {
    for (const KAFKA_CA_FILE of [theirs.caFile, '']) {
      const { exitCode, stderr } = await topics(withCa({ ...plain, KAFKA_CA_FILE }), 'check');
      expect(stderr).toMatch(/certificate of Kafka is not trusted.*KAFKA_CA_FILE/);
      expect(exitCode).toBe(2);
    }
  });

  describe('of a role', () => {
    const storeEnv = (caFile: string) => ({
      S3_ENDPOINT: s3.endpoint,
      S3_CA_FILE: caFile,
      S3_ACCESS_KEY_ID: s3.credentials.accessKeyId,
      S3_SECRET_ACCESS_KEY: s3.credentials.secretAccessKey,
      BUCKET_NAME: 'encrypted',
    });

    /** Starts a role, and returns a function that asks whether it is ready. */
    async function start(env: Readonly<Record<string, string>>, adminPort: number) {
      const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
      const child = spawn(process.execPath, [program, 'summarizer'], {
        env: { PATH, HOME, NODE_COMPILE_CACHE, ...env, ADMIN_PORT: String(adminPort) },
        stdio: 'ignore',
      });
      onTestFinished(() => void child.kill('SIGKILL'));
      return async (): Promise<string> => {
        try {
          return await (await fetch(`http://127.0.0.1:${adminPort}/ready`)).text();
        } catch {
          return ''; // it does not listen yet
        }
      };
    }

    it('reach Kafka and the store', async () => {
      const env = withCa({ ...plain, ...storeEnv(ours.caFile), TOPIC_PREFIX: 'role-' });
      expect((await topics(env)).exitCode).toBe(0);
      await prepareBucket(parseClusterConfig(env));
      const ready = await start(env, 19_058);
      await until(async () => (await ready()) === '{"status":"ready"}');
    });

    it('reach neither if they cannot be trusted, and say so', async () => {
      const env = withCa({ ...plain, ...storeEnv(theirs.caFile), KAFKA_PASSWORD: 'guess' });
      const ready = await start(env, 19_059);
      // On a busy machine, the first answers may be that something does not answer in time.
      let problems = '';
      await until(async () =>
        /Kafka.*KAFKA_PASSWORD.*The store: .*certificate/.test((problems = await ready())),
      );
      expect(problems).not.toContain('does not answer');
    });
  });

  it('say which file of certificates cannot be read', async () => {
    const { exitCode, stderr } = await topics(withCa({ KAFKA_CA_FILE: '/nowhere/ca.pem' }), 'check');
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/certificates for Kafka.*\/nowhere/)]);
  });
});
