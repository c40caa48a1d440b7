import { describe, expect, it, onTestFinished } from 'vitest';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import type { ObjectKey } from '../../lib/domain/keys.ts';
import type { ObjectStore } from '../../lib/ports/object-store.ts';
import { awsEnvironment } from '../aws/environment.ts';
import { startFaultProxy, type Fault, type PassingRequest } from '../aws/fault-proxy.ts';
import { startIdentityServer } from '../aws/identity-server.ts';
import { startS3Server } from '../aws/s3-server.ts';
import { sentEntry } from '../factories.ts';
import { countedObjects, type SentBatch } from './counted-directory.ts';
import { runCommandWith } from './run-command.ts';

const bucket = 'log-analytics-pipeline-prod-123456789012-us-east-1';
const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json' as ObjectKey;
const first = { key: 'first', entries: [sentEntry({ path: '/a' }), sentEntry({ path: '/b' })] };
const second = { key: 'second', entries: [sentEntry({ path: '/a' })], isCounted: false };

interface Deployed {
  readonly objects: ObjectStore;
  readonly audit: Audit;
  /** Runs the same audit with the default time for pending batches. */
  readonly auditByDefault: Audit;
}

type Audit = (
  environment: Readonly<Record<string, string>>,
  ...args: readonly string[]
) => ReturnType<typeof runCommandWith>;

/** Creates a bucket with the objects that the real pipeline makes from these batches. */
async function deployed(
  batches: readonly SentBatch[],
  faultOf: (request: PassingRequest) => Fault | undefined = () => undefined,
): Promise<Deployed> {
  const objects = await countedObjects(...batches);
  const server = await startS3Server(bucket, objects);
  const s3 = await startFaultProxy(server.endpoint, faultOf);
  const identity = await startIdentityServer('123456789012');
  onTestFinished(async () => {
    for (const each of [s3, server, identity]) await each.close();
  });
  const auditByDefault: Audit = (environment, ...args) =>
    runCommandWith({ ...awsEnvironment({ S3: s3, STS: identity }), ...environment }, 'audit', ...args);
  return {
    objects,
    auditByDefault,
    audit: (environment, ...args) => auditByDefault(environment, '--pending-seconds', '0', ...args),
  };
}

describe('npm run audit, of a deployed pipeline', () => {
  it('finds the bucket of a stage, and the batch that is not counted in it', async () => {
    const { audit } = await deployed([first, second]);
    const { exitCode, stdout, stderr } = await audit({}, '--stage', 'prod');
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 1 });
    expect(stdout).toContain('MISSING     cus-axon 2025-12-28T18:03:00Z: 1 request in 1 partial');
    expect(stdout).toContain('Read: 1 minute, 2 hours and days, 1 customer and 2 batches.\n1 difference.\n');
  });

  it('treats a batch as pending for half an hour, which verify may need there', async () => {
    const young = await deployed([{ ...second, storedSecondsAgo: 1_500 }]);
    const { exitCode, stdout } = await young.auditByDefault({}, '--stage', 'prod');
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(stdout).toContain('Not counted yet: 1 partial of young batches.\nNo differences.');
    const old = await deployed([{ ...second, storedSecondsAgo: 1_801 }]);
    expect((await old.auditByDefault({}, '--stage', 'prod')).exitCode).toBe(1);
  });

  it('reads the variables that the functions have', async () => {
    const { audit } = await deployed([first]);
    const { exitCode, stdout } = await audit({ STORAGE: 'aws', BUCKET_NAME: bucket });
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0 });
    expect(stdout).toContain('No differences.');
  });

  it('repairs beside the functions: each write names what it replaces', async () => {
    const writes: PassingRequest[] = [];
    const { audit, objects } = await deployed([first, second], (request) => {
      if (request.method === 'PUT') writes.push(request);
      return undefined;
    });
    const repaired = await audit({}, '--stage', 'prod', '--repair');
    expect(repaired).toMatchObject({ exitCode: 0 });
    expect(repaired.stdout).toContain('1 difference, all repaired.');
    expect(writes.map(({ path }) => path.replace(/^.*\/(minute|hour|day|customers)\/.*$/, '$1'))).toEqual([
      'minute',
      'hour',
      'day',
      'customers',
    ]);
    for (const { headers } of writes) expect(headers['if-match']).toMatch(/^".+"$/);
    const window = decodeWindow((await objects.get(minute))?.body ?? Buffer.alloc(0));
    expect(window).toMatchObject({ requests: 3, batches: 2 });
    expect(await audit({}, '--stage', 'prod')).toMatchObject({ exitCode: 0 });
  });

  it('leaves a window as it is if a function has written it meanwhile', async () => {
    const body = '<Error><Code>PreconditionFailed</Code></Error>';
    const { audit } = await deployed([first, second], ({ method }) =>
      method === 'PUT' ? { kind: 'refused', answer: { status: 412, body } } : undefined,
    );
    const { exitCode, stdout } = await audit({}, '--stage', 'prod', '--repair');
    expect(exitCode).toBe(1);
    expect(stdout).toContain(`NOT REPAIRED  ${minute}: it was written by somebody else meanwhile`);
  });

  it('ends with 2, and says why, if the bucket does not exist', async () => {
    const { audit } = await deployed([]);
    const { exitCode, stderr } = await audit({}, '--stage', 'staging');
    expect(exitCode).toBe(2);
    expect(stderr).toContain('aggregates/minute/ cannot be listed. (NoSuchBucket)');
  });

  it.each([
    [{ AWS_ENDPOINT_URL_STS: 'http://127.0.0.1:9' }, ['--stage', 'prod'], 'did not return the account'],
    [{}, ['--stage', '../x'], '--stage is not a name of a stage: "../x". See --help.'],
    [{}, ['--stage', 'prod', '--data-dir', '.data'], '--data-dir is for a directory of this machine'],
    [{ STORAGE: 'cloud' }, [], 'STORAGE must be local, aws or kafka, and is "cloud"'],
  ])('ends with 2 with %j and %j', async (environment, args, message) => {
    const { audit } = await deployed([]);
    const { exitCode, stderr } = await audit(environment, ...args);
    expect(stderr).toContain(message);
    expect(exitCode).toBe(2);
  });
});
