import { BadArguments } from '../command-line.ts';
import { customerIdOf } from '../customer.ts';
import { flag, value, wholeNumberOf } from '../define-command/options.ts';
import type { Given } from '../define-command/parse-arguments.ts';
import { placeOf, placeOptions, type Place } from '../place.ts';
import type { RawBatches } from './raw-batches.ts';
import type { CustomerId } from '../../lib/domain/customer-id.ts';

export interface AuditCommandOptions {
  /** `undefined`: the windows of all customers. */
  readonly customerId: CustomerId | undefined;
  readonly place: Place;
  readonly pendingSeconds: number;
  readonly isRepair: boolean;
  /** True if a repair removes counts that belong to no stored batch. */
  readonly isRemovingForeign: boolean;
  readonly rawBatches: RawBatches;
  readonly isJson: boolean;
}

/** The options of `audit`. */
export const auditOptions = {
  customer: value({
    shows: '<id>',
    help: 'audit only this customer',
    shownDefault: 'all',
    read: customerIdOf,
  }),
  ...placeOptions,
  'pending-seconds': value({
    shows: '<n>',
    help:
      'batches younger than this may still be on their way to their windows, and minutes to their hour; if they are not ' +
      'counted, they are pending, not a difference, 0-604800',
    shownDefault: '180; with --stage 1800',
    read: wholeNumberOf(0, 604_800),
  }),
  repair: flag({
    help: 'repair the differences; stop a pipeline on this machine first; a deployed one, or a cluster, may keep running',
  }),
  'remove-foreign': flag({
    help: 'with --repair: remove counts that belong to no stored batch',
  }),
  'raw-batch-days': value({
    shows: '<n>',
    help: 'how long others, such as the lifecycle of the bucket, keep raw batches; 0 means forever',
    shownDefault: '0; with --stage not known',
    read: wholeNumberOf(0, 36_525),
  }),
  json: flag({ help: 'print a line of JSON for each finding, and a last one for the whole audit' }),
};

/** The paragraphs after the options in the help of `audit`. */
export const auditDetails = [
  'Without --repair the audit writes nothing, and may run beside the pipeline: it reads windows before batches, and checks ' +
    'again before it reports something as missing. A pipeline that has been overloaded for minutes may need more ' +
    '--pending-seconds.',
  'These are differences: a batch that is not counted in one of its windows; a window whose counts are not the sum of the ' +
    'batches that it lists; a batch whose entries disagree with its header (where PATH_TEMPLATES or other counting rules have ' +
    'changed since, only the numbers of requests are compared); an hour or a day that is missing or is not the sum of its parts ' +
    '(not judged where its minutes differ themselves); a customer whose entry in the index of customers is missing, left over or not what ' +
    'its windows say; in a cluster with a read model, a window that ClickHouse does not have as the store does; and a batch, a window, an entry or a tombstone that cannot be read (the minutes of its customer are not judged). Where a window has ' +
    '"(other)", its totals must be right and no kept key may have too many requests.',
  'A partial that a window counts but no stored batch has is foreign. It is a difference if none of the raw batches of the ' +
    'window can have expired. If some may have expired or cannot be read, the audit lists the window as not auditable: ' +
    'that is not a difference, and it accepts the counts as they are. It skips customers that are being forgotten ' +
    '(npm run customers).',
  '--repair adds the missing partials of stored batches, and recounts windows where all of the batches are there. It keeps ' +
    'the ids of what is counted, and writes a window only if nobody else has written it since it was read. Then it makes hours ' +
    'and days the sums of their parts again, and the index of customers what the windows say; and announces the windows that ClickHouse has differently. Damaged batches and windows stay as they are. Only --remove-foreign takes anything ' +
    'away: it recounts windows with foreign partials from the stored batches alone. Use it only where no raw batch was removed ' +
    'by hand. On AWS and in the cluster form each write is conditional in the store itself, so that the functions may keep running; a window that a function wrote ' +
    'meanwhile is reported as not repaired: run the command again.',
];

/**
 * The longest time until `verify` notices a lost partial and emits it again, and it is counted. On AWS `verify` looks
 * after two minutes, when nobody can know yet what was consumed, and again after fifteen more; its queue and
 * the late stream wait for a minute each time, to gather more at once.
 */
const defaultPendingSeconds: Readonly<Record<Place['kind'], number>> = {
  local: 180,
  deployed: 1_800,
  cluster: 600,
};

/**
 * Makes settings from the arguments.
 * @param env  the defaults of options that are not given
 * @throws BadArguments
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function auditOptionsOf(
  { options, words }: Given<typeof auditOptions>,
  env: Readonly<Record<string, string | undefined>>,
): AuditCommandOptions {
  const [word] = words;
  if (word !== undefined) throw new BadArguments(`audit takes no "${word}"; --customer names a customer.`);
  if (options['remove-foreign'] && !options.repair) {
    throw new BadArguments('--remove-foreign is for --repair: give both.');
  }
  const place = placeOf(options, env);
  return {
    customerId: options.customer,
    place,
    pendingSeconds: options['pending-seconds'] ?? defaultPendingSeconds[place.kind],
    isRepair: options.repair,
    isRemovingForeign: options['remove-foreign'],
    rawBatches: rawBatchesOf(options['raw-batch-days'], place),
    isJson: options.json,
  };
}

function rawBatchesOf(days: number | undefined, place: Place): RawBatches {
  // The pipeline of this machine records what it deleted; nobody can ask the lifecycle of a bucket.
  if (days === undefined) return { kind: place.kind === 'local' ? 'forever' : 'unknown' };
  return days === 0 ? { kind: 'forever' } : { kind: 'days', days };
}
