import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { GetBucketLifecycleConfigurationCommand, S3Client, S3ServiceException } from '@aws-sdk/client-s3';
import { defineCommand } from '../../commands/define-command.ts';
import { complain, print, type Io } from '../../commands/io.ts';
import { Unavailable } from '../../lib/errors.ts';
import { parseClusterConfig, type ClusterConfig } from '../config.ts';
import { judgeLifecycle } from './check-store/judge-lifecycle.ts';
import { operatorFailures } from './operator-failures.ts';
import { s3Options } from '../s3-options.ts';

const vitest = fileURLToPath(new URL('../../node_modules/vitest/vitest.mjs', import.meta.url));
const configuration = fileURLToPath(new URL('../vitest.store.config.ts', import.meta.url));

/** Checks whether an S3-compatible server keeps the promises that the pipeline relies on. */
export const checkStoreCommand = defineCommand({
  name: 'check:store',
  summary:
    'Checks whether the bucket keeps the promises that the counts depend on: conditional writes above all. It writes and deletes ' +
    'objects under check-store/ alone.',
  usage: [['']],
  options: {},
  details: [
    'The environment names the bucket (S3_ENDPOINT, S3_REGION, S3_PATH_STYLE, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, ' +
      'BUCKET_NAME): docs/reference/cluster-configuration.md lists the variables.',
    'It cannot see whether the server flushes what it acknowledges to its disks: see its documentation.',
  ],
  exitCodes: {
    0: 'it keeps them',
    1: 'it does not, or rules of the bucket delete what is needed',
    2: 'wrong options, or the bucket cannot be reached',
  },
  failures: operatorFailures,
  async run(_given, io) {
    const config = parseClusterConfig(io.env);
    const problems = await readProblems(config, io);
    for (const problem of problems) complain(io, problem);
    const child = spawn(process.execPath, [vitest, 'run', '--config', configuration], {
      env: { ...process.env, ...io.env },
      stdio: 'inherit',
    });
    const [code] = (await once(child, 'exit')) as [number | null];
    return code === 0 && problems.length === 0 ? 0 : 1;
  },
});

/** Errors after which the contract cannot be checked on a bucket. */
const unusable: ReadonlySet<string> = new Set([
  'NoSuchBucket',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
]);

/**
 * Returns the problems of the bucket's rules, which would delete needed objects.
 * @throws Unavailable  the bucket cannot be reached, or does not exist
 */
async function readProblems({ s3, pipeline }: ClusterConfig, io: Io): Promise<string[]> {
  const client = new S3Client(s3Options(s3));
  try {
    const command = new GetBucketLifecycleConfigurationCommand({ Bucket: pipeline.bucketName });
    const { Rules = [] } = await client.send(command);
    return judgeLifecycle(Rules);
  } catch (error) {
    if (!(error instanceof S3ServiceException) || unusable.has(error.name)) {
      throw new Unavailable(`The bucket ${pipeline.bucketName} cannot be used.`, { cause: error });
    }
    if (error.name === 'NoSuchLifecycleConfiguration') {
      print(io, 'The bucket has no lifecycle rules: raw batches stay until somebody deletes them.');
    } else {
      print(io, `The lifecycle rules of the bucket cannot be read (${error.name}). Check them by hand.`);
    }
    return [];
  } finally {
    client.destroy();
  }
}
