import { parseConfig } from '../lib/config.ts';
import { BadArguments } from './command-line.ts';
import { anyText, value, type Values } from './define-command/options.ts';
import { stageName } from './stage.ts';

/** The pipeline that a command works on: that of a directory, a deployed one, or one of the cluster form. */
export type Place = LocalPlace | DeployedPlace | ClusterPlace;

export interface LocalPlace {
  readonly kind: 'local';
  readonly dataDirectory: string;
}

export interface DeployedPlace {
  readonly kind: 'deployed';
  readonly stage: string;
  /** `undefined`: the name in `serverless.yml`. */
  readonly bucketName: string | undefined;
}

export interface ClusterPlace {
  readonly kind: 'cluster';
  /** The variables that its roles read. */
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The options that name a pipeline. */
export const placeOptions = {
  'data-dir': value({
    shows: '<path>',
    help: 'the data directory',
    shownDefault: 'DATA_DIR or .data',
    read: anyText,
  }),
  stage: value({
    shows: '<name>',
    help:
      'instead of a directory, the stage that was deployed, in the account and region of the AWS environment ' +
      '(AWS_REGION, AWS_PROFILE, …); STORAGE=aws means dev, and BUCKET_NAME another bucket; STORAGE=kafka means the cluster form of this environment',
    read: stageName,
  }),
};

/**
 * Decides which pipeline the user means.
 * @param env  the defaults of options that are not given: the variables that the functions read
 * @throws BadArguments   the user names both kinds
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function placeOf(
  { 'data-dir': dataDirectory, stage }: Values<typeof placeOptions>,
  env: Readonly<Record<string, string | undefined>>,
): Place {
  if (dataDirectory !== undefined && stage !== undefined) {
    throw new BadArguments(
      '--data-dir is for a directory of this machine, and --stage for what was deployed: give one of them.',
    );
  }
  const config = parseConfig(env);
  const isDeployed = stage !== undefined || (dataDirectory === undefined && config.storage === 'aws');
  if (!isDeployed && dataDirectory === undefined && config.storage === 'kafka') {
    return { kind: 'cluster', environment: env };
  }
  if (!isDeployed) return { kind: 'local', dataDirectory: dataDirectory ?? config.dataDirectory };
  return { kind: 'deployed', stage: stage ?? 'dev', bucketName: env['BUCKET_NAME'] || undefined };
}
