/** The command `npm run ship`; what it does and takes is said in `ship/options.ts`. */
import { constants } from 'node:os';
import { exitCodeOf } from './exit-code.ts';
import { GaveUp } from './pipeline-client/answer-or-retry.ts';
import { BatchRefused, openPipeline } from './pipeline-client/open-pipeline.ts';
import { realTiming } from './pipeline-client/timing.ts';
import { showTransfer } from './progress.ts';
import type { CuttingOptions } from './ship/cut-pieces.ts';
import { deliverPieces, OtherContent } from './ship/deliver-pieces.ts';
import { detectFormat } from './ship/formats/detect-format.ts';
import { createFormat, formatNames } from './ship/formats/known-formats.ts';
import { openLogs, requireReadable } from './ship/open-logs.ts';
import { help, parseOptions, type ShipOptions } from './ship/options.ts';
import { printPieces } from './ship/print-pieces.ts';
import { shipLogs } from './ship/ship-logs.ts';
import { createTally } from './ship/tally.ts';

const now = () => realTiming.now();

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const totalBytes = await requireReadable(options);
  const stop = new AbortController();
  let interruptedBy: 'SIGINT' | 'SIGTERM' | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    // What is under way is finished; a second one ends it at once.
    process.once(signal, () => {
      interruptedBy = signal;
      stop.abort();
    });
  }
  const exitCode = await run(options, totalBytes, stop);
  if (interruptedBy === undefined || options.isFollowing) return exitCode;
  return 128 + constants.signals[interruptedBy];
}

async function run(
  options: ShipOptions,
  totalBytes: number | undefined,
  stop: AbortController,
): Promise<number> {
  const { isDryRun, isStrict } = options;
  const { signal } = stop;
  const tally = createTally();
  const startedAt = now();
  const progress = showTransfer('Sending', totalBytes, process.stderr, now);
  let bytesRead = 0;
  const onRead = (bytes: number) => void (bytesRead += bytes);
  const onRetry = (failure: string) => progress.hold(`${failure}; trying again`);
  const pipeline = openPipeline({ ...options, signal, onRetry });
  const deliver = isDryRun ? printPieces(process.stdout, stop) : deliverPieces(pipeline, tally.sent);
  let failure: Error | undefined;
  try {
    await shipLogs(openLogs(options, { signal, timing: realTiming, onRead }), {
      cutting: cuttingOf(options),
      // Printed in the order of the lines.
      concurrency: isDryRun ? 1 : options.concurrency,
      async deliver(piece) {
        await deliver(piece);
        progress.update(bytesRead, tally.lines);
      },
      onLine: ({ name }) => tally.log(name),
      stop,
    });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    failure = error;
  } finally {
    progress.stop();
    pipeline.close();
  }

  // What was sent until then is told also after a failure.
  if (failure === undefined || tally.lines > 0) {
    const output = isDryRun ? process.stderr : process.stdout;
    output.write(`${tally.summary((now() - startedAt) / 1_000, isDryRun)}\n`);
  }
  if (failure instanceof GaveUp) {
    console.error(`${failure.message}\nThe same command goes on where this one ended.`);
    return 1;
  }
  if (failure instanceof BatchRefused || failure instanceof OtherContent) {
    console.error(failure.message);
    return 1;
  }
  if (failure !== undefined) throw failure;
  const isAllSent = isDryRun || tally.unsent === 0;
  return isAllSent && !(isStrict && tally.skipped > 0) ? 0 : 1;
}

function cuttingOf(options: ShipOptions): CuttingOptions {
  const create = (name: (typeof formatNames)[number]) => createFormat(name, options);
  const { format, source, flushAfterSeconds } = options;
  return {
    source,
    chooseFormat: (firstLines) =>
      format === undefined ? detectFormat(firstLines, formatNames.map(create)) : create(format),
    flushAfterMilliseconds: flushAfterSeconds * 1_000,
    now,
  };
}
