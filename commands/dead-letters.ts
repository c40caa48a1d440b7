import type { DeadLetter } from './dead-letters/dead-letter.ts';
import { describeWhole, summarise } from './dead-letters/describe.ts';
import { discard, lossOf } from './dead-letters/discard.ts';
import { findDeadLetters, type DeadLetterPlaces } from './dead-letters/find-dead-letters.ts';
import { openPlaces, readPlaces } from './dead-letters/open-places.ts';
import {
  deadLettersActions,
  deadLettersDetails,
  deadLettersOptions,
  deadLettersOptionsOf,
} from './dead-letters/options.ts';
import { redriveAll } from './dead-letters/redrive-all.ts';
import { table } from './dead-letters/table.ts';
import { defineCommand } from './define-command.ts';
import { complain, print, type Io } from './io.ts';
import { placeFailures } from './place-failures.ts';
import type { Place } from './place.ts';

/** Lists dead letters, shows one, redrives them, or discards one. */
export const deadLetters = defineCommand({
  name: 'dead-letters',
  summary:
    'Lists the dead letters: the records and messages that the pipeline no longer tries. Shows one of them, redrives them (sends them back for processing), or discards one for good.',
  usage: [
    ['[list]', 'a line for each; the default'],
    ['show <id>', 'all of one, as JSON'],
    ['redrive <id>', 'sends one back for processing'],
    ['redrive --all', 'sends all of them back'],
    ['discard <id>', 'shows one, and says what would be lost'],
    ['discard <id> --yes', 'removes it; this cannot be undone'],
  ],
  actions: deadLettersActions,
  options: deadLettersOptions,
  details: deadLettersDetails,
  exitCodes: {
    0: 'done',
    1: 'there is no such dead letter, or one could not be redriven or discarded',
    2: 'wrong options, a data directory or AWS that cannot be read, or, for redrive and discard, a directory that is in use',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: placeFailures,
  interrupted: 'What was redriven stays redriven, and nothing is lost.',
  async run(given, io) {
    const options = deadLettersOptionsOf(given, io.env);
    if (options.action === 'discard' && options.isConfirmed) return discardIn(options.place, options.id, io);
    if (options.action === 'redrive') return redriveIn(options.place, options.id, io);
    const places = await readPlaces(options.place, io);
    try {
      switch (options.action) {
        case 'list':
          return await list(places, options.isJson, io);
        case 'show':
          return await show(places, options.id, io);
        case 'discard':
          return await showLoss(places, options.id, io);
      }
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

/** Shows what a discard would remove. */
async function showLoss(places: DeadLetterPlaces, id: string, io: Io): Promise<number> {
  const [letter] = await lettersOf(places, id);
  if (letter === undefined) return noSuch(id, io);
  print(io, JSON.stringify(await describeWhole(letter, places.store), undefined, 2));
  print(io, `${lossOf(letter)}\nNothing was removed. To remove it, which cannot be undone, add --yes.`);
  return 0;
}

async function discardIn(place: Place, id: string, io: Io): Promise<number> {
  const places = await openPlaces(place, io);
  try {
    const [letter] = await lettersOf(places, id);
    if (letter === undefined) return noSuch(id, io);
    const { what } = await summarise(letter, places.store);
    const discarded = await discard(letter, places);
    if (discarded.isDiscarded) print(io, `${id}  removed: ${what}`);
    else print(io, `${id}  NOT removed: ${discarded.reason}`);
    return discarded.isDiscarded ? 0 : 1;
  } finally {
    await places.close();
  }
}

/** @param id  `undefined`: redrive all dead letters */
async function redriveIn(place: Place, id: string | undefined, io: Io): Promise<number> {
  const places = await openPlaces(place, io);
  try {
    const letters = await lettersOf(places, id);
    if (id !== undefined && letters.length === 0) return noSuch(id, io);
    let leftAsTheyAre = 0;
    await redriveAll(letters, places, ({ id: its }, redriven) => {
      if (!redriven.isRedriven) leftAsTheyAre += 1;
      print(
        io,
        redriven.isRedriven
          ? `${its}  redriven to ${redriven.to}`
          : `${its}  NOT redriven: ${redriven.reason}`,
      );
    });
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
