import type { DeadLetter } from './dead-letters/dead-letter.ts';
import { describeWhole, summarise } from './dead-letters/describe.ts';
import { findDeadLetters, type DeadLetterPlaces } from './dead-letters/find-dead-letters.ts';
import { openPlaces, readPlaces } from './dead-letters/open-places.ts';
import {
  deadLettersActions,
  deadLettersDetails,
  deadLettersOptions,
  deadLettersOptionsOf,
} from './dead-letters/options.ts';
import { redrive } from './dead-letters/redrive.ts';
import { table } from './dead-letters/table.ts';
import { defineCommand } from './define-command.ts';
import { complain, print, type Io } from './io.ts';
import { placeFailures } from './place-failures.ts';
import type { Place } from './place.ts';

/** Lists dead letters, shows one, or gives them back. */
export const deadLetters = defineCommand({
  name: 'dead-letters',
  summary:
    'Lists the dead letters: the records and messages that the pipeline no longer tries. Shows one of them, or gives them back.',
  usage: [
    ['[list]', 'a line for each; the default'],
    ['show <id>', 'all of one, as JSON'],
    ['redrive <id>', 'gives one back'],
    ['redrive --all', 'gives all of them back'],
  ],
  actions: deadLettersActions,
  options: deadLettersOptions,
  details: deadLettersDetails,
  exitCodes: {
    0: 'done',
    1: 'there is no such dead letter, or one could not be redriven',
    2: 'wrong options, a data directory or AWS that cannot be read, or, for redrive, a directory that is in use',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: placeFailures,
  interrupted: 'What was redriven stays redriven, and nothing is lost.',
  async run(given, io) {
    const options = deadLettersOptionsOf(given, io.env);
    if (options.action === 'redrive') return redriveIn(options.place, options.id, io);
    const places = await readPlaces(options.place, io);
    try {
      return options.action === 'list'
        ? await list(places, options.isJson, io)
        : await show(places, options.id, io);
    } finally {
      await places.close();
    }
  },
});

async function list(places: DeadLetterPlaces, isJson: boolean, io: Io): Promise<number> {
  const summaries = [];
  for await (const letter of findDeadLetters(places)) {
    const summary = await summarise(letter, places.store);
    if (isJson) print(io, JSON.stringify(summary));
    else summaries.push(summary);
  }
  if (!isJson) print(io, table(summaries));
  return 0;
}

async function show(places: DeadLetterPlaces, id: string, io: Io): Promise<number> {
  const [letter] = await lettersOf(places, id);
  if (letter === undefined) return noSuch(id, io);
  print(io, JSON.stringify(await describeWhole(letter, places.store), undefined, 2));
  return 0;
}

/** @param id  `undefined`: redrive all dead letters */
async function redriveIn(place: Place, id: string | undefined, io: Io): Promise<number> {
  const places = await openPlaces(place, io);
  try {
    const letters = await lettersOf(places, id);
    if (id !== undefined && letters.length === 0) return noSuch(id, io);
    let leftAsTheyAre = 0;
    for (const letter of letters) {
      const redriven = await redrive(letter, places);
      if (!redriven.isRedriven) leftAsTheyAre += 1;
      print(
        io,
        redriven.isRedriven
          ? `${letter.id}  redriven to ${redriven.to}`
          : `${letter.id}  NOT redriven: ${redriven.reason}`,
      );
    }
    print(io, `${letters.length - leftAsTheyAre} of ${letters.length} dead letters were redriven.`);
    return leftAsTheyAre === 0 ? 0 : 1;
  } finally {
    await places.close();
  }
}

async function lettersOf(places: DeadLetterPlaces, id: string | undefined): Promise<DeadLetter[]> {
  const letters: DeadLetter[] = [];
  for await (const letter of findDeadLetters(places)) {
    if (id === undefined || letter.id === id) letters.push(letter);
  }
  return letters;
}

function noSuch(id: string, io: Io): number {
  complain(io, `There is no dead letter ${id}.`);
  return 1;
}
