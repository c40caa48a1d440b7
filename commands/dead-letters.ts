/** The command `npm run dead-letters`; what it does and takes is said in `dead-letters/options.ts`. */
import type { Clock } from '../lib/ports/clock.ts';
import type { DeadLetter } from './dead-letters/dead-letter.ts';
import { describeWhole, summarise } from './dead-letters/describe.ts';
import { findDeadLetters, type DeadLetterPlaces } from './dead-letters/find-dead-letters.ts';
import { openPlaces, readPlaces } from './dead-letters/open-places.ts';
import { help, parseOptions } from './dead-letters/options.ts';
import { redrive } from './dead-letters/redrive.ts';
import { table } from './dead-letters/table.ts';
import { exitCodeOf } from './exit-code.ts';
import type { Place } from './place.ts';

const clock: Clock = { now: () => new Date() };

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  if (options.action === 'redrive') return redriveIn(options.place, options.id);
  const places = await readPlaces(options.place, clock);
  try {
    return options.action === 'list' ? await list(places, options.isJson) : await show(places, options.id);
  } finally {
    await places.close();
  }
}

async function list(places: DeadLetterPlaces, isJson: boolean): Promise<number> {
  const summaries = [];
  for await (const letter of findDeadLetters(places)) {
    const summary = await summarise(letter, places.store);
    if (isJson) console.log(JSON.stringify(summary));
    else summaries.push(summary);
  }
  if (!isJson) console.log(table(summaries));
  return 0;
}

async function show(places: DeadLetterPlaces, id: string): Promise<number> {
  const [letter] = await lettersOf(places, id);
  if (letter === undefined) return noSuch(id);
  console.log(JSON.stringify(await describeWhole(letter, places.store), undefined, 2));
  return 0;
}

/** @param id  `undefined`: all of them */
async function redriveIn(place: Place, id: string | undefined): Promise<number> {
  const places = await openPlaces(place, clock);
  try {
    const letters = await lettersOf(places, id);
    if (id !== undefined && letters.length === 0) return noSuch(id);
    let leftAsTheyAre = 0;
    for (const letter of letters) {
      const redriven = await redrive(letter, places);
      if (!redriven.isRedriven) leftAsTheyAre += 1;
      console.log(
        redriven.isRedriven
          ? `${letter.id}  redriven to ${redriven.to}`
          : `${letter.id}  NOT redriven: ${redriven.reason}`,
      );
    }
    console.log(`${letters.length - leftAsTheyAre} of ${letters.length} dead letters were redriven.`);
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

function noSuch(id: string): number {
  console.error(`There is no dead letter ${id}.`);
  return 1;
}
