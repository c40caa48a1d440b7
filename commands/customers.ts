/** The command `npm run customers`; what it does and takes is said in `customers/options.ts`. */
import { isUnknown, surveyCustomer, type CustomerSurvey } from '../lib/pipeline/forget/survey-customer.ts';
import type { Removed } from '../lib/pipeline/forget/forget-customer.ts';
import type { Clock } from '../lib/ports/clock.ts';
import { openObjects } from './audit/open-objects.ts';
import { openForgetter } from './customers/forgetter.ts';
import { help, parseOptions, type CustomersOptions } from './customers/options.ts';
import { exitCodeOf } from './exit-code.ts';
import { showProgress } from './progress.ts';
import { whole } from './whole.ts';

const clock: Clock = { now: () => new Date() };
const firstStepSeconds = 2;

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const found = await survey(options);
  if (isUnknown(found)) {
    console.error(`There is nothing of the customer ${options.customerId}.`);
    return 1;
  }
  return options.isConfirmed ? forget(options, found) : show(options, found);
}

async function survey({ customerId, place }: CustomersOptions): Promise<CustomerSurvey> {
  const objects = await openObjects(place, false, clock);
  try {
    return await surveyCustomer(customerId, objects.reader);
  } finally {
    await objects.close();
  }
}

function show({ customerId, isJson }: CustomersOptions, found: CustomerSurvey): number {
  if (isJson) {
    console.log(JSON.stringify({ kind: 'would-remove', customerId, ...found }));
    return 0;
  }
  const { batches, minutes, hoursAndDays, failedRecords } = found;
  console.log(
    `${customerId} has ${whole(batches)} batches, ${whole(minutes)} minutes, ${whole(hoursAndDays)} hours and days, and ` +
      `${whole(failedRecords)} failed records.\n` +
      'Nothing was removed. To remove all of it, which cannot be undone, add --yes.',
  );
  return 0;
}

async function forget(
  { customerId, place, isJson }: CustomersOptions,
  found: CustomerSurvey,
): Promise<number> {
  const { batches, minutes, hoursAndDays, failedRecords } = found;
  const progress = showProgress(process.stderr);
  const forgetter = await openForgetter(place, clock);
  const removed = { batches: 0, windows: 0, failedRecords: 0 };
  try {
    progress.begin('Removing', batches + minutes + hoursAndDays + failedRecords);
    const { before } = await forgetter.step({ customerId, maxSeconds: firstStepSeconds });
    const instant = before === undefined ? undefined : new Date(before);
    let isDone = instant === undefined; // somebody else has forgotten it meanwhile
    for (let maxSeconds = firstStepSeconds; !isDone;) {
      const step = await forgetter.step({ customerId, before: instant, maxSeconds });
      const count = add(removed, step.removed);
      for (let shown = 0; shown < count; shown += 1) progress.done();
      if (step.unknown.length > 0) {
        progress.stop();
        console.error(`A newer version wrote ${step.unknown.join(', ')}: run that version's command.`);
        return 1;
      }
      isDone = step.isDone;
      if (count === 0) maxSeconds *= 2; // there is much that stays; each step passes over it
    }
  } finally {
    progress.stop();
    await forgetter.close();
  }
  console.log(
    isJson
      ? JSON.stringify({ kind: 'forgotten', customerId, removed })
      : `${customerId} is forgotten: ${whole(removed.batches)} batches, ${whole(removed.windows)} windows and ` +
          `${whole(removed.failedRecords)} failed records were removed.`,
  );
  return 0;
}

/** @returns how many were added */
function add(removed: Record<keyof Removed, number>, more: Removed): number {
  removed.batches += more.batches;
  removed.windows += more.windows;
  removed.failedRecords += more.failedRecords;
  return more.batches + more.windows + more.failedRecords;
}
