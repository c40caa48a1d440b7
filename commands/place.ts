import { parseConfig } from '../lib/config.ts';
import { BadArguments } from './command-line.ts';
import { parseStage } from './stage.ts';

/** The pipeline that a command works on: that of a directory, or one that was deployed. */
export type Place = LocalPlace | DeployedPlace;

export interface LocalPlace {
  readonly kind: 'local';
  readonly dataDirectory: string;
}

export interface DeployedPlace {
  readonly kind: 'deployed';
  readonly stage: string;
  /** `undefined`: as `serverless.yml` names it. */
  readonly bucketName: string | undefined;
}

/** The options that say which it is, for `parseArgs`. */
export const placeOptions = { 'data-dir': { type: 'string' }, stage: { type: 'string' } } as const;

export interface PlaceValues {
  readonly 'data-dir'?: string | undefined;
  readonly stage?: string | undefined;
}

/**
 * @param environment  for what is not given: the variables that the functions read
 * @throws BadArguments   both are given, or a stage that is none
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function placeOf(values: PlaceValues, environment: NodeJS.ProcessEnv): Place {
  const { 'data-dir': dataDirectory, stage } = values;
  if (dataDirectory !== undefined && stage !== undefined) {
    throw new BadArguments(
      '--data-dir is for a directory of this machine, and --stage for what was deployed.',
    );
  }
  const config = parseConfig(environment);
  const isDeployed = stage !== undefined || (dataDirectory === undefined && config.storage === 'aws');
  if (!isDeployed) return { kind: 'local', dataDirectory: dataDirectory ?? config.dataDirectory };
  const bucketName = environment['BUCKET_NAME'] || undefined;
  return { kind: 'deployed', stage: parseStage(stage ?? 'dev'), bucketName };
}
