import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig } from '../lib/config.ts';
import { maxKeyTextBytes } from '../lib/domain/folding.ts';
import type { RecountReporter } from '../lib/pipeline/recount/recount-ports.ts';
import { createRecount } from '../lib/pipeline/recount/recount.ts';
import { NotSorted, SortedLines } from './audit/sorted-lines.ts';
import { counted } from './counted.ts';
import { defineCommand, type CommandIo } from './define-command.ts';
import { failure } from './define-command/failures.ts';
import { complain } from './io.ts';
import { placeFailures } from './place-failures.ts';
import { showProgress } from './progress.ts';
import { openRecounted, OtherRules, type Recounted } from './recount/open-recounted.ts';
import {
  recountDetails,
  recountOptions,
  recountOptionsOf,
  type RecountCommandOptions,
} from './recount/options.ts';
import { jsonReport, textReport } from './recount/report.ts';

/** Recounts a customer's windows from the raw batches, by the current rules. */
export const recount = defineCommand({
  name: 'recount',
  summary:
    "Recounts a customer's minutes from the stored raw batches by the current rules, so that old windows get new dimensions and keys, too. " +
    'Hours and days follow.',
  usage: [['--customer <id> --from <instant> [options]']],
  options: recountOptions,
  details: recountDetails,
  exitCodes: {
    0: 'everything is counted by the current rules, except windows whose raw batches are gone',
    1: 'batches of earlier rules are still on their way, or something differs or cannot be read',
    2: 'wrong options, other rules than those of the running pipeline, or a data directory or a bucket that cannot be read or written',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [...placeFailures, failure(NotSorted), failure(OtherRules)],
  interrupted:
    'What was recounted stays recounted, and nothing else was changed. Run the command again to continue.',
  async run(given, io) {
    const options = recountOptionsOf(given, io.env, io.clock.now());
    const recounted = await openRecounted(options.place, io);
    try {
      return await recountWindows(options, recounted, io);
    } finally {
      await recounted.close();
    }
  },
});

const stepNames = {
  windows: 'Minutes',
  batches: 'Batches',
  comparison: 'Comparing',
  counting: 'Counting',
  writing: 'Writing',
} as const;
const pauseMilliseconds = 2_000;
/** Spools of one recount share the memory that an audit has for one. */
const maxGathered = 4 * 1024 * 1024;

async function recountWindows(
  { customerId, from, to, waitSeconds, isJson }: RecountCommandOptions,
  { isRunning, rules, ...opened }: Recounted,
  { stdout, stderr, env, clock, atEnd }: CommandIo,
): Promise<number> {
  const newSpool = () => {
    const spool = new SortedLines({ maxGathered });
    atEnd(() => spool.remove()); // it holds customers' data
    return spool;
  };
  const progress = showProgress(stderr);
  atEnd(() => progress.stop());
  const write = (text: string) => void stdout.write(text);
  const report = isJson ? jsonReport(write) : textReport(write);
  let [left, troubles] = [0, 0];
  const reporter: RecountReporter = {
    left(what) {
      left += 1;
      if (what.kind !== 'batches-gone' && what.kind !== 'entries-differ') troubles += 1;
      report.left(what);
    },
    begin: (step, total) => progress.begin(stepNames[step], total),
    done: () => progress.done(),
  };
  const limits = { maxKeysPerDimension: parseConfig(env).maxKeysPerDimension, maxKeyTextBytes };
  const work = createRecount({ ...opened, newSpool, clock }, { customerId, from, to, rules, limits });

  let pass = await work.pass(reporter);
  const { windows } = pass;
  let { recounted, newestRulesVersion } = pass;
  let deadline = performance.now() + waitSeconds * 1_000;
  while (pass.changed + pass.waiting > 0 && performance.now() < deadline) {
    // Where no pipeline runs, nothing is on its way.
    if (pass.changed === 0 && !isRunning()) break;
    progress.stop();
    if (pass.waiting > 0)
      complain({ stderr }, `Waiting for ${counted(pass.waiting, 'partial')} of earlier rules.`);
    await sleep(pauseMilliseconds);
    pass = await work.pass(reporter);
    recounted += pass.recounted;
    newestRulesVersion = pass.newestRulesVersion ?? newestRulesVersion;
    if (pass.recounted > 0) deadline = performance.now() + waitSeconds * 1_000;
  }
  progress.stop();
  if (windows + pass.waiting === 0) {
    complain(
      { stderr },
      `There are no minutes of the customer ${customerId} from ${from} to ${to}. Check the name, the range and the place.`,
    );
    return 2;
  }
  const waiting = pass.changed + pass.waiting;
  if (newestRulesVersion !== undefined && newestRulesVersion !== rules.version) {
    complain(
      { stderr },
      `The newest batch of the customer was counted by other rules (${newestRulesVersion}) than those of this command (${rules.version}). ` +
        'If the pipeline still counts by them, run the command again with the same PATH_TEMPLATES, PATH_QUERY and VISITORS_SECRET.',
    );
  }
  report.finish({ windows, recounted, left, waiting, rulesVersion: rules.version });
  return waiting + troubles === 0 ? 0 : 1;
}
