import { parseArgs } from 'node:util';
import { BadArguments, understood } from '../command-line.ts';
import { placeOf, placeOptions, type Place } from '../place.ts';

export type DeadLettersOptions = {
  readonly place: Place;
  readonly isJson: boolean;
} & (
  | { readonly action: 'list' }
  | { readonly action: 'show'; readonly id: string }
  /** Without an id: all of them. */
  | { readonly action: 'redrive'; readonly id: string | undefined }
);

export const help = `
Lists what the pipeline has given up, shows one of it, and gives it back.

  npm run dead-letters -- [list]              a line for each                  (default)
  npm run dead-letters -- show <id>           all of one, as JSON
  npm run dead-letters -- redrive <id>        give one back
  npm run dead-letters -- redrive --all       give all of them back

  --data-dir <path>   the data directory                          (DATA_DIR or .data)
  --stage <name>      in its place, the stage that was deployed, in the account and
                      region of the AWS environment (AWS_REGION, AWS_PROFILE, …);
                      STORAGE=aws means dev, and BUCKET_NAME another bucket
  --json              list: a line of JSON for each
  --help              this text

There are three kinds. A record of a stream that can never be counted is set aside with its cause; redriven, it is put on
its stream again, to be counted, or set aside again where its cause has not been mended. So is a record that its function
died of, or could not count for half a day. The notice of a batch that could not be verified in ten days goes back to the
verify queue; that of a minute whose hour or day could not be recomputed, to the roll-up queue.

list and show may run beside the pipeline. redrive needs the data directory for itself: stop the pipeline, redrive, and
start it again; what was given back is taken up then.

A pipeline that was deployed goes on meanwhile. SQS shows a message only to one who receives it, and hides it from others
for so long: what was looked at is there again when the command ends, or two minutes after it was killed. Of a queue
the first 10,000 messages are looked at. S3 sends a test to each queue that it is to notify; a redrive removes it.

Exit code: 0 done; 1 there is no such dead letter, or one could not be redriven; 2 wrong options, a data directory or AWS
cannot be read, or for redrive a directory that is in use.
`;

/**
 * @param environment  for what is not given
 * @returns `undefined` where the help was asked for
 * @throws BadArguments
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function parseOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): DeadLettersOptions | undefined {
  const { values, positionals } = parse(args);
  if (values.help) return undefined;
  const common = {
    place: placeOf(values, environment),
    isJson: values.json,
  };
  const [action = 'list', id, ...others] = positionals;
  if (others.length > 0) throw new BadArguments(`What is "${others.join(' ')}"?`);
  if (values.all && action !== 'redrive') throw new BadArguments('--all is for redrive.');
  switch (action) {
    case 'list':
      if (id !== undefined) throw new BadArguments('list takes no id; show does.');
      return { ...common, action };
    case 'show':
      if (id === undefined) throw new BadArguments('show needs an id, as list prints it.');
      return { ...common, action, id };
    case 'redrive':
      if ((id !== undefined) === values.all) throw new BadArguments('redrive needs an id or --all.');
      return { ...common, action, id };
    default:
      throw new BadArguments(`There is list, show and redrive, and no "${action}".`);
  }
}

function parse(args: readonly string[]) {
  return understood(() =>
    parseArgs({
      args: [...args],
      options: {
        all: { type: 'boolean', default: false },
        ...placeOptions,
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
      allowPositionals: true,
    }),
  );
}
