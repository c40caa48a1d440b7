import { BadArguments } from '../command-line.ts';
import { flag } from '../define-command/options.ts';
import type { Given } from '../define-command/parse-arguments.ts';
import { placeOf, placeOptions, type Place } from '../place.ts';

export type DeadLettersOptions = {
  readonly place: Place;
  readonly isJson: boolean;
} & (
  | { readonly action: 'list' }
  | { readonly action: 'show'; readonly id: string }
  /** Without an id, redrives all of them. */
  | { readonly action: 'redrive'; readonly id: string | undefined }
  | { readonly action: 'discard'; readonly id: string; readonly isConfirmed: boolean }
);

/** The options of `dead-letters`. */
export const deadLettersOptions = {
  all: flag({ help: 'redrive: all of them', actions: ['redrive'] }),
  yes: flag({ help: 'discard: removes it; without it, discard only shows it', actions: ['discard'] }),
  ...placeOptions,
  json: flag({ help: 'list: print a line of JSON for each' }),
};

/** The paragraphs after the options in the help of `dead-letters`. */
export const deadLettersDetails = [
  'There are three kinds. A failed record of a stream is kept with its cause: it can never be counted as it is, or it crashed ' +
    'its function, or the function could not count it for half a day. A redrive puts it on its stream again, to be counted, or ' +
    'to fail again while the cause remains. The notification of a batch that could not be verified in ten days goes back to the ' +
    'verify queue; that of a minute whose hour or day could not be recomputed goes back to the roll-up queue. A failed record of ' +
    'roll-up is about an hour or a day with a damaged minute: repair the minute first. roll-up then removes the record itself.',
  'list and show may run beside the pipeline. redrive and discard --yes need the data directory for themselves: stop the pipeline, redrive, and start ' +
    'it again; it then processes the redriven records.',
  'discard removes one for good. It is for a dead letter that is damaged, so that no redrive can help: first it shows it, and says ' +
    'what would be lost.',
  'In the cluster form, everything may run meanwhile. A failed record goes back to its topic, and is removed when everything on the ' +
    'topics is counted. If that takes more than a minute, the record stays, and the command says so. A batch that could not be verified ' +
    'in ten days is on the topic of dead letters, and goes back to verify, which looks at it a minute later.',
  'A deployed pipeline keeps running meanwhile. SQS shows a message to one receiver only, and hides it from others for a while: a ' +
    'message that the command has read is visible again when it ends, or two minutes after it was killed. The command reads the ' +
    'first 10,000 messages of a queue. S3 sends a test to each queue that it notifies; a redrive removes it.',
];

/** The actions of `dead-letters`; the default is `list`. */
export const deadLettersActions = ['list', 'show', 'redrive', 'discard'] as const;

/**
 * Makes settings from the arguments.
 * @param env  the defaults of options that are not given
 * @throws BadArguments
 * @throws InvalidConfig  a variable has a value that cannot be used
 */
export function deadLettersOptionsOf(
  { options, action, words: [id, ...others] }: Given<typeof deadLettersOptions>,
  env: Readonly<Record<string, string | undefined>>,
): DeadLettersOptions {
  const common = { place: placeOf(options, env), isJson: options.json };
  if (others.length > 0) throw new BadArguments(`Give one id at a time, not also "${others.join(' ')}".`);
  switch (action) {
    case 'show':
      if (id === undefined) throw new BadArguments('show needs an id, as list prints it.');
      return { ...common, action, id };
    case 'redrive':
      if ((id !== undefined) === options.all) throw new BadArguments('redrive needs an id or --all.');
      return { ...common, action, id };
    case 'discard':
      if (id === undefined) throw new BadArguments('discard needs an id, as list prints it.');
      return { ...common, action, id, isConfirmed: options.yes };
    case undefined:
    default:
      if (id !== undefined) throw new BadArguments('list takes no id; show does.');
      return { ...common, action: 'list' };
  }
}
