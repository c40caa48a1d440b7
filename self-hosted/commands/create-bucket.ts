import { defineCommand } from '../../commands/define-command.ts';
import { print } from '../../commands/io.ts';
import { parseClusterConfig } from '../config.ts';
import { prepareBucket } from '../local/prepare.ts';
import { operatorFailures } from './operator-failures.ts';

/** Creates the bucket of an installation. */
export const createBucketCommand = defineCommand({
  name: 'create:bucket',
  summary: 'Creates the bucket of the cluster form if it is missing, for stores without a tool of their own.',
  usage: [['']],
  options: {},
  details: [
    'The environment names the bucket (S3_ENDPOINT, S3_REGION, S3_PATH_STYLE, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY, ' +
      'BUCKET_NAME): docs/reference/cluster-configuration.md lists the variables. The bucket gets no rules and no policy.',
  ],
  exitCodes: {
    0: 'the bucket exists',
    2: 'wrong options, or the store cannot be reached or refuses',
  },
  failures: operatorFailures,
  async run(_given, io) {
    const config = parseClusterConfig(io.env);
    const isNew = await prepareBucket(config);
    const { bucketName } = config.pipeline;
    print(io, isNew ? `The bucket ${bucketName} was created.` : `The bucket ${bucketName} exists.`);
    return 0;
  },
});
