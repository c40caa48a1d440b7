import { isUnknown, surveyCustomer, type CustomerSurvey } from '../lib/pipeline/forget/survey-customer.ts';
import type { Removed } from '../lib/pipeline/forget/forget-customer.ts';
import { openObjects } from './audit/open-objects.ts';
import { counted } from './counted.ts';
import { openForgetter } from './customers/forgetter.ts';
import {
  customersDetails,
  customersOptions,
  customersOptionsOf,
  type CustomersOptions,
} from './customers/options.ts';
import { defineCommand, type CommandIo } from './define-command.ts';
import { complain, print, type Io } from './io.ts';
import { placeFailures } from './place-failures.ts';
import { showProgress } from './progress.ts';
import { whole } from './whole.ts';

/** Forgets a customer, or shows what it would remove. */
export const customers = defineCommand({
  name: 'customers',
  summary:
    'Forgets a customer: removes its raw batches, its minutes, hours and days, and its failed records.',
  usage: [
    ['forget <customer>', 'shows what would be removed'],
    ['forget <customer> --yes', 'removes it; this cannot be undone'],
  ],
  actions: ['forget'],
  options: customersOptions,
  details: customersDetails,
  exitCodes: {
    0: 'removed, or shown',
    1: 'the customer has no data, or some of it was left',
    2: 'wrong options, or a data directory or AWS cannot be reached',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: placeFailures,
  interrupted: 'Run the command again to continue.',
  async run(given, io) {
    const options = customersOptionsOf(given, io.env);
    const found = await survey(options, io);
    if (isUnknown(found)) {
      complain(io, `There is no data of the customer ${options.customerId}.`);
      return 1;
    }
    return options.isConfirmed ? forget(options, found, io) : show(options, found, io);
  },
});

const firstStepSeconds = 2;

async function survey({ customerId, place }: CustomersOptions, io: Io): Promise<CustomerSurvey> {
  const objects = await openObjects(place, false, io);
  try {
    return await surveyCustomer(customerId, objects.reader);
  } finally {
    await objects.close();
  }
}

function show({ customerId, isJson }: CustomersOptions, found: CustomerSurvey, io: Io): number {
  if (isJson) {
    print(io, JSON.stringify({ kind: 'would-remove', customerId, ...found }));
    return 0;
  }
  const { batches, minutes, hoursAndDays, failedRecords, alerts } = found;
  print(
    io,
    `${customerId} has ${counted(batches, 'batch', 'batches')}, ${counted(minutes, 'minute')}, ` +
      `${whole(hoursAndDays)} hours and days, ${counted(failedRecords, 'failed record')} and ${counted(alerts, 'alert')}.\n` +
      'Nothing was removed. To remove all of it, which cannot be undone, add --yes.',
  );
  return 0;
}

async function forget(
  { customerId, place, isJson }: CustomersOptions,
  found: CustomerSurvey,
  io: CommandIo,
): Promise<number> {
  const { batches, minutes, hoursAndDays, failedRecords, alerts } = found;
  const progress = showProgress(io.stderr);
  io.atEnd(() => progress.stop());
  const forgetter = await openForgetter(place, io);
  const removed = { batches: 0, windows: 0, failedRecords: 0, alerts: 0 };
  try {
    progress.begin('Removing', batches + minutes + hoursAndDays + failedRecords + alerts);
    const { before } = await forgetter.step({ customerId, maxSeconds: firstStepSeconds });
    const instant = before === undefined ? undefined : new Date(before);
    let isDone = instant === undefined; // somebody else has already forgotten it
    for (let maxSeconds = firstStepSeconds; !isDone;) {
      const step = await forgetter.step({ customerId, before: instant, maxSeconds });
      const count = add(removed, step.removed);
      for (let shown = 0; shown < count; shown += 1) progress.done();
      if (step.unknown.length > 0) {
        progress.stop();
        complain(io, `A newer version wrote ${step.unknown.join(', ')}: run that version's command.`);
        return 1;
      }
      isDone = step.isDone;
      if (count === 0) maxSeconds *= 2; // much of the data stays, and each step has to pass over it
    }
  } finally {
    progress.stop();
    await forgetter.close();
  }
  print(
    io,
    isJson
      ? JSON.stringify({ kind: 'forgotten', customerId, removed })
      : `${customerId} is forgotten. Removed: ${counted(removed.batches, 'batch', 'batches')}, ` +
          `${counted(removed.windows, 'window')}, ${counted(removed.failedRecords, 'failed record')} and ` +
          `${counted(removed.alerts, 'alert')}.`,
  );
  return 0;
}

/** @returns the sum of the added numbers */
function add(removed: Record<keyof Removed, number>, more: Removed): number {
  removed.batches += more.batches;
  removed.windows += more.windows;
  removed.failedRecords += more.failedRecords;
  removed.alerts += more.alerts;
  return more.batches + more.windows + more.failedRecords + more.alerts;
}
