import { parseArgs } from 'node:util';
import { BadArguments, understood, wholeNumber } from '../command-line.ts';
import type { RawBatches } from './raw-batches.ts';
import { parseCustomerId, type CustomerId } from '../../lib/domain/customer-id.ts';
import { placeOf, placeOptions, type Place } from '../place.ts';

export interface AuditCommandOptions {
  /** `undefined`: everybody's windows. */
  readonly customerId: CustomerId | undefined;
  readonly place: Place;
  readonly pendingSeconds: number;
  readonly isRepair: boolean;
  /** A repair takes away what is counted and belongs to no stored batch. */
  readonly isRemovingForeign: boolean;
  readonly rawBatches: RawBatches;
  readonly isJson: boolean;
}

export const help = `
Recomputes every minute from the stored raw batches, independently of the streams, every hour from its minutes and every
day from its hours, and compares this with what is served.

  npm run audit -- [options]

  --customer <id>            only this customer                               (all)
  --data-dir <path>          the data directory                    (DATA_DIR or .data)
  --stage <name>             in its place, the stage that was deployed: its bucket, in
                             the account and region of the AWS environment
                             (AWS_REGION, AWS_PROFILE, …); STORAGE=aws means dev, and
                             BUCKET_NAME another bucket
  --pending-seconds <n>      batches younger than this may still be on their way to
                             their windows, and minutes to their hour: if not counted,
                             they are pending, and no difference, 0-604800
                                                           (180; of a stage 1800)
  --repair                   mend what differs; a pipeline of this machine has to be
                             stopped, one that was deployed goes on
  --remove-foreign           with --repair: take away what is counted and belongs to no
                             stored batch
  --raw-batch-days <n>       for how long others keep raw batches, such as the bucket;
                             0 for ever                (0; of a stage it is not known)
  --json                     a line of JSON for each finding, and one for the whole
  --help                     this text

Without --repair nothing is written, and it may run beside the pipeline: windows are read before batches, and what
seems to be missing is looked for again before it is told. A pipeline that has been overloaded for minutes may need more
--pending-seconds.

A difference is: a batch that is not counted in one of its windows, a window whose counts are not the sum of the batches
that it says it counts, a batch whose entries say something else than its header (only the requests are compared where
other rules of counting have been in use since, or where PATH_TEMPLATES is not what the pipeline had), an hour or a day
that is not there or not the sum of its parts, and a batch or a window that cannot be read. Hours and days are not judged
by minutes that differ themselves. Where a window has "(other)", its totals must be right and no kept key may have too
much. A partial that a window counts and no stored batch has is foreign, and a difference, where none of the window's raw
batches can have expired: where they are kept for ever, and where all of them were stored less than --raw-batch-days ago and
since what the pipeline itself has deleted.
Windows some of whose raw batches may have expired, or cannot be read, are listed as not auditable, which is no
difference, and their counts are taken as they are. A stored batch that is not counted in one of them is a difference
there, too. What is being forgotten (npm run customers) is not looked at.

--repair adds the missing partials of stored batches, and makes wrong counts anew where all of the batches are there. It
keeps the ids of what is counted, and writes a window only if nobody else has since it was read. Then it makes hours and
days the sums of their parts again. Damaged batches and windows stay as they are, and nothing is taken away but with
--remove-foreign, which makes windows with foreign partials anew from the stored batches alone: do that only where no raw
batch was removed by hand.

On AWS each of these writes is conditional in S3 itself, as those of the functions are, so that neither can undo the
other's. A window that a function wrote meanwhile is told as not mended; run it again.

Exit code: 0 no differences, or all of them mended; 1 differences; 2 wrong options, a data directory or a bucket that
cannot be read, or for --repair a directory that is in use.
`;

/**
 * As long as what was lost on the way may take until `verify` has seen it, has emitted it again, and it is counted. On AWS
 * it looks after two minutes, when it cannot be known yet what was consumed, and again after fifteen more; its queue and
 * the late stream wait for a minute each time, to have more at once.
 */
const defaultPendingSeconds: Readonly<Record<Place['kind'], number>> = { local: 180, deployed: 1_800 };

/**
 * @param environment  for what is not given
 * @returns `undefined` where the help was asked for
 * @throws BadArguments
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function parseOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): AuditCommandOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  const place = placeOf(values, environment);
  const pendingSeconds = values['pending-seconds'];
  return {
    customerId: customerOf(values.customer),
    place,
    pendingSeconds:
      pendingSeconds === undefined ? defaultPendingSeconds[place.kind] : secondsOf(pendingSeconds),
    isRepair: values.repair,
    isRemovingForeign: removingForeign(values),
    rawBatches: rawBatchesOf(values['raw-batch-days'], place),
    isJson: values.json,
  };
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        customer: { type: 'string' },
        ...placeOptions,
        'pending-seconds': { type: 'string' },
        repair: { type: 'boolean', default: false },
        'remove-foreign': { type: 'boolean', default: false },
        'raw-batch-days': { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    }),
  ).values;
}

function removingForeign(values: { readonly repair: boolean; readonly 'remove-foreign': boolean }): boolean {
  if (values['remove-foreign'] && !values.repair) throw new BadArguments('--remove-foreign is for --repair.');
  return values['remove-foreign'];
}

function rawBatchesOf(given: string | undefined, place: Place): RawBatches {
  // What the pipeline of this machine has deleted it has written down; the lifecycle of a bucket cannot be asked.
  if (given === undefined) return { kind: place.kind === 'local' ? 'forever' : 'unknown' };
  const days = wholeNumber('--raw-batch-days', given, 0, 36_525);
  return days === 0 ? { kind: 'forever' } : { kind: 'days', days };
}

function customerOf(text: string | undefined): CustomerId | undefined {
  if (text === undefined) return undefined;
  const customerId = parseCustomerId(text);
  if (customerId === undefined) throw new BadArguments(`--customer is no customer id: "${text}".`);
  return customerId;
}

function secondsOf(text: string): number {
  if (/^\d{1,6}$/.test(text) && Number(text) <= 604_800) return Number(text);
  throw new BadArguments(`--pending-seconds must be a whole number of 0-604800, and is "${text}".`);
}
