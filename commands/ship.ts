/** The command `npm run ship`; what it does and takes is said in `ship/options.ts`. */
import { constants } from 'node:os';
import { exitCodeOf } from './exit-code.ts';
import { interruptible, type Interruption } from './interruptible.ts';
import { GaveUp } from '../client/answer-or-retry.ts';
import { openPipeline } from '../client/open-pipeline.ts';
import { RequestRefused } from '../client/request-refused.ts';
import { realTiming } from '../client/timing.ts';
import { showTransfer } from './progress.ts';
import { awaitCounted } from './ship/await-counted.ts';
import type { CuttingOptions } from './ship/cut-pieces.ts';
import { deliverPieces, OtherContent } from './ship/deliver-pieces.ts';
import { detectFormat } from './ship/formats/detect-format.ts';
import { createFormat, formatNames } from './ship/formats/known-formats.ts';
import { openLogs, requireReadable } from './ship/open-logs.ts';
import { help, parseOptions, type ShipOptions } from './ship/options.ts';
import { printPieces } from './ship/print-pieces.ts';
import { shipLogs } from './ship/ship-logs.ts';
import { describeRange } from './ship/shown-range.ts';
import { createTally, type Tally } from './ship/tally.ts';

const now = () => realTiming.now();

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2), process.env);
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  const totalBytes = await requireReadable(options);
  const tally = createTally();
  // What is under way is finished; a second Ctrl-C ends it at once.
  const sending = await interruptible((stop) => send(options, totalBytes, tally, stop));
  const { failure } = sending.result;
  const sendingCode = failure === undefined ? exitCodeOfSending(options, tally) : explain(failure);
  const isCutShort = sending.interruptedBy !== undefined && !options.isFollowing;
  if (isCutShort || failure !== undefined || options.isDryRun) {
    showRange(options, tally);
    return isCutShort ? exitCodeOfSignal(sending.interruptedBy) : sendingCode;
  }

  const isAwaited = options.waitForSeconds > 0 && tally.accepted > 0;
  const waiting = isAwaited
    ? await interruptible(({ signal }) => awaitCounted(options, tally, { output: process.stderr, signal }))
    : undefined;
  if (waiting !== undefined) {
    const { message, isGood } = waiting.result;
    (isGood ? process.stdout : process.stderr).write(`${message}\n`);
  }
  showRange(options, tally);
  if (waiting?.interruptedBy !== undefined) return exitCodeOfSignal(waiting.interruptedBy);
  return sendingCode === 0 ? (waiting?.result.exitCode ?? 0) : sendingCode;
}

/** Sends the logs, and says what became of their lines, also after a failure. */
async function send(
  options: ShipOptions,
  totalBytes: number | undefined,
  tally: Tally,
  stop: AbortController,
): Promise<{ readonly failure: Error | undefined }> {
  const { isDryRun } = options;
  const { signal } = stop;
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

  if (failure === undefined || tally.lines > 0) {
    const output = isDryRun ? process.stderr : process.stdout;
    output.write(`${tally.summary((now() - startedAt) / 1_000, isDryRun)}\n`);
  }
  return { failure };
}

function exitCodeOfSending({ isDryRun, isStrict }: ShipOptions, { unsent, skipped }: Tally): number {
  const isAllSent = isDryRun || unsent === 0;
  return isAllSent && !(isStrict && skipped > 0) ? 0 : 1;
}

/** @throws  a failure that is not one of sending */
function explain(failure: Error): number {
  if (failure instanceof GaveUp) {
    console.error(`${failure.message}\nThe same command goes on where this one ended.`);
    return 1;
  }
  if (failure instanceof RequestRefused || failure instanceof OtherContent) {
    console.error(failure.message);
    return 1;
  }
  throw failure;
}

function showRange({ url, customerId }: ShipOptions, { range }: Tally): void {
  if (range !== undefined) process.stdout.write(`${describeRange(range, url, customerId)}\n`);
}

function exitCodeOfSignal(signal: Interruption): number {
  return 128 + constants.signals[signal];
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
