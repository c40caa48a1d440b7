import { parseArgs } from 'node:util';
import { BadArguments, understood, wholeNumber } from '../../commands/command-line.ts';
import { referenceStart } from './plan.ts';

export interface CommandOptions {
  readonly baseUrl: URL;
  readonly customerId: string;
  /** First of the four minutes. */
  readonly start: Date;
  readonly concurrency: number;
  readonly runId: string;
  readonly retryForSeconds: number;
}

export const help = `
Sends the reference scenario to a running pipeline and checks that every entry was counted exactly once.

  64,000 entries: 4 minutes x 4 paths x 4 agents, 16,000 a minute, from 2025-12-28T18:03 to 18:06 UTC,
  in 3,200 batches of 20, and 2,000 of the batches once more with their idempotency key.
  The result is exact if there are 3,200 answers 202, 2,000 answers 409, and in each minute 4,000 requests
  for each path and agent.

  npm run scenario -- [options]

  --url <url>             address of the pipeline                (http://localhost:3000)
  --customer <id>         customer of the traffic                (cus-axon)
  --timestamps <which>    reference: the minutes above; now: the four minutes
                          that end with the current one          (reference)
  --concurrency <n>       requests at a time, 1-1024             (16)
  --run <id>              prefix of the idempotency keys: 1-200 characters of A-Z a-z 0-9 . _ -
                                                                 (a new one each time)
  --retry-for <seconds>   how long a request is repeated after a failed connection, 408, 429 or 5xx,
                          and how long to wait for the counts    (60)
  --help                  this text

The command reads the windows before and after, and checks their difference. So the scenario can run again on the same
data, as long as nobody else sends entries of these minutes for this customer. With the --run of an earlier run all
batches are duplicates: every answer is 409, nothing is added, and the verdict is that the counts differ.

Exit code: 0 exact, 1 not exact, 2 wrong options or no pipeline.
`;

/**
 * Parses the options of the command.
 * @param runId  the default for `--run`
 * @returns `undefined` if the help was requested
 * @throws BadArguments
 */
export function parseOptions(args: readonly string[], now: Date, runId: string): CommandOptions | undefined {
  const values = parse(args);
  if (values.help) return undefined;
  return {
    baseUrl: parseUrl(values.url ?? values['base-url'] ?? 'http://localhost:3000'),
    customerId: matching('--customer', values.customer, /^[A-Za-z0-9._%-]{1,128}$/),
    start: parseStart(values.timestamps, now),
    concurrency: wholeNumber('--concurrency', values.concurrency, 1, 1_024),
    runId: matching('--run', values.run ?? runId, /^[A-Za-z0-9._-]{1,200}$/),
    retryForSeconds: wholeNumber('--retry-for', values['retry-for'], 1, 86_400),
  };
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        url: { type: 'string' },
        'base-url': { type: 'string' }, // its older name
        customer: { type: 'string', default: 'cus-axon' },
        timestamps: { type: 'string', default: 'reference' },
        concurrency: { type: 'string', default: '16' },
        run: { type: 'string' },
        'retry-for': { type: 'string', default: '60' },
        help: { type: 'boolean', default: false },
      },
    }),
  ).values;
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    throw new BadArguments(`--url must be an http or https URL, and is "${text}".`);
  }
  return url;
}

function parseStart(timestamps: string, now: Date): Date {
  if (timestamps === 'reference') return referenceStart;
  if (timestamps === 'now') return new Date((Math.floor(now.getTime() / 60_000) - 3) * 60_000);
  throw new BadArguments(`--timestamps must be reference or now, and is "${timestamps}".`);
}

function matching(option: string, text: string, pattern: RegExp): string {
  if (pattern.test(text)) return text;
  throw new BadArguments(`${option} cannot be "${text}".`);
}
