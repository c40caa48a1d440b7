import { BadArguments } from '../../commands/command-line.ts';
import { oneOf, value, wholeNumberOf } from '../../commands/define-command/options.ts';
import type { Given } from '../../commands/define-command/parse-arguments.ts';
import { pipelineOptions } from '../../commands/pipeline-options.ts';
import { referenceStart } from './plan.ts';

export interface ScenarioCommandOptions {
  readonly baseUrl: URL;
  readonly customerId: string;
  /** First of the four minutes. */
  readonly start: Date;
  readonly concurrency: number;
  readonly runId: string;
  readonly retryForSeconds: number;
}

/** The options of `scenario`. */
export const scenarioOptions = {
  url: { ...pipelineOptions.url, aliases: ['base-url'] },
  customer: value({
    shows: '<id>',
    help: 'the customer of the traffic',
    default: 'cus-axon',
    read: matching(/^[A-Za-z0-9._%-]{1,128}$/),
  }),
  timestamps: value({
    shows: '<which>',
    help: 'reference: the minutes named below; now: the four minutes that end with the current one',
    default: 'reference',
    read: oneOf(['reference', 'now']),
  }),
  concurrency: value({
    shows: '<n>',
    help: 'requests at a time, 1-1024',
    default: 16,
    read: wholeNumberOf(1, 1_024),
  }),
  run: value({
    shows: '<id>',
    help: 'prefix of the idempotency keys: 1-200 characters of A-Z a-z 0-9 . _ -',
    shownDefault: 'a new one each time',
    read: matching(/^[A-Za-z0-9._-]{1,200}$/),
  }),
  'retry-for': value({
    shows: '<seconds>',
    help: 'how long a request is repeated after a failed connection, 408, 429 or 5xx, and how long to wait for the counts',
    default: 60,
    read: wholeNumberOf(1, 86_400),
  }),
};

/**
 * Makes settings from the arguments.
 * @param runId  the default for `--run`
 * @throws BadArguments
 */
export function scenarioOptionsOf(
  { options, words: [word] }: Given<typeof scenarioOptions>,
  now: Date,
  runId: string,
): ScenarioCommandOptions {
  if (word !== undefined) throw new BadArguments(`scenario takes no "${word}".`);
  const { url, customer, timestamps, concurrency, run } = options;
  return {
    baseUrl: url,
    customerId: customer,
    start:
      timestamps === 'reference'
        ? referenceStart
        : new Date((Math.floor(now.getTime() / 60_000) - 3) * 60_000),
    concurrency,
    runId: run ?? runId,
    retryForSeconds: options['retry-for'],
  };
}

function matching(pattern: RegExp) {
  return (text: string, name: string): string => {
    if (pattern.test(text)) return text;
    throw new BadArguments(`${name} cannot be "${text}".`);
  };
}
