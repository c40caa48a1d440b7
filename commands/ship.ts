import { GaveUp, NotRunning } from '../client/answer-or-retry.ts';
import { openPipeline, type Pipeline } from '../client/open-pipeline.ts';
import { RequestRefused } from '../client/request-refused.ts';
import { realTiming } from '../client/timing.ts';
import { defineCommand } from './define-command.ts';
import { failure } from './define-command/failures.ts';
import { exitCodeOfSignal, interruptible } from './interruptible.ts';
import { complain, print, type Io } from './io.ts';
import { describeNotRunning } from './not-running.ts';
import { showTransfer } from './progress.ts';
import { awaitCounted } from './ship/await-counted.ts';
import type { CuttingOptions } from './ship/cut-pieces.ts';
import { deliverPieces, OtherContent } from './ship/deliver-pieces.ts';
import { earlierChoice } from './ship/earlier-scheme/choose-earlier-format.ts';
import { createLogReader } from '../lib/domain/log-formats/log-reader.ts';
import { UnreadableLog } from './ship/log.ts';
import { openLogs, requireReadable } from './ship/open-logs.ts';
import { shipDetails, shipOptions, shipOptionsOf, type ShipOptions } from './ship/options.ts';
import { printPieces } from './ship/print-pieces.ts';
import { shipLogs } from './ship/ship-logs.ts';
import { describeRange } from './ship/shown-range.ts';
import { createTally, type Tally } from './ship/tally.ts';

/** Sends access logs to a pipeline. */
export const ship = defineCommand({
  name: 'ship',
  summary:
    'Sends access logs to the pipeline, so that each line is counted once, however often they are sent.',
  usage: [['--customer <id> [options] <file> ...']],
  options: shipOptions,
  details: shipDetails,
  exitCodes: {
    0: 'everything is sent, except for skipped lines, and counted as far as the pipeline reports',
    1: 'not everything could be sent, or lines were skipped or fields missing with --strict',
    2: 'wrong options, or a log that cannot be read, or of which no line was understood',
    3: 'everything is sent, but not counted within --wait-for',
    130: 'interrupted (143 by SIGTERM); the same command continues from there',
  },
  failures: [failure(UnreadableLog)],
  run: (given, io) => shipAndWait(shipOptionsOf(given), io),
});

const now = () => realTiming.now();

async function shipAndWait(options: ShipOptions, io: Io): Promise<number> {
  const totalBytes = await requireReadable(options);
  const tally = createTally();
  const sending = await interruptible(
    (stop) => send(options, totalBytes, tally, stop, io),
    'Interrupted: finishing what is under way. Press Ctrl-C again to end at once.',
    io,
  );
  const { failure } = sending.result;
  const sendingCode =
    failure === undefined ? exitCodeOfSending(options, tally) : explain(failure, options, io);
  const isCutShort = sending.interruptedBy !== undefined && !options.isFollowing;
  if (isCutShort || failure !== undefined || options.isDryRun) {
    showRange(options, tally, io);
    return isCutShort ? exitCodeOfSignal(sending.interruptedBy) : sendingCode;
  }

  const isAwaited = options.waitForSeconds > 0 && tally.accepted > 0;
  const waiting = isAwaited
    ? await interruptible(
        ({ signal }) => awaitCounted(options, tally, { output: io.stderr, signal }),
        'Interrupted.',
        io,
      )
    : undefined;
  if (waiting !== undefined) {
    const { message, isGood } = waiting.result;
    (isGood ? print : complain)(io, message);
  }
  showRange(options, tally, io);
  if (waiting?.interruptedBy !== undefined) return exitCodeOfSignal(waiting.interruptedBy);
  return sendingCode === 0 ? (waiting?.result.exitCode ?? 0) : sendingCode;
}

/** Sends the logs, and reports the outcome of their lines, also after a failure. */
async function send(
  options: ShipOptions,
  totalBytes: number | undefined,
  tally: Tally,
  stop: AbortController,
  io: Io,
): Promise<{ readonly failure: Error | undefined }> {
  const { isDryRun } = options;
  const { signal } = stop;
  const startedAt = now();
  const progress = showTransfer('Sending', totalBytes, io.stderr, now);
  let bytesRead = 0;
  const onRead = (bytes: number) => void (bytesRead += bytes);
  const onRetry = (failure: string) => progress.hold(`${failure}; trying again`);
  const pipeline = openPipeline({ ...options, signal, onRetry });
  const deliver = isDryRun ? printPieces(io.stdout, stop) : deliverPieces(pipeline, tally.sent);
  let failure: Error | undefined;
  try {
    await shipLogs(openLogs(options, io.stdin, { signal, timing: io.timing, onRead }), {
      cutting: cuttingOf(options, pipeline, tally.continued),
      // A dry run prints in the order of the lines.
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
    const summary = tally.summary((now() - startedAt) / 1_000, isDryRun);
    (isDryRun ? complain : print)(io, summary);
  }
  for (const name of tally.notUnderstood) complain(io, describeNotUnderstood(name));
  return { failure };
}

function exitCodeOfSending(
  { isDryRun, isStrict }: ShipOptions,
  { unsent, skipped, notUnderstood, lacksFields }: Tally,
): number {
  if (notUnderstood.length > 0) return 2;
  const isAllSent = isDryRun || unsent === 0;
  return isAllSent && !(isStrict && (skipped > 0 || lacksFields)) ? 0 : 1;
}

function describeNotUnderstood(name: string): string {
  return (
    `No line of ${name} was understood. See docs/reference/formats.md for the formats; --log-format describes another one, and ` +
    '--field names fields.'
  );
}

/** @throws Error  a failure other than one of sending */
function explain(failure: Error, { url, waitForStartSeconds }: ShipOptions, io: Io): number {
  if (failure instanceof NotRunning) {
    complain(io, describeNotRunning(url, waitForStartSeconds));
    return 1;
  }
  if (failure instanceof GaveUp) {
    complain(io, `${failure.message}\nThe same command continues where this one ended.`);
    return 1;
  }
  if (failure instanceof RequestRefused || failure instanceof OtherContent) {
    complain(io, failure.message);
    return 1;
  }
  throw failure;
}

function showRange({ url, customerId }: ShipOptions, { range }: Tally, io: Io): void {
  if (range !== undefined) print(io, describeRange(range, url, customerId));
}

function cuttingOf(
  options: ShipOptions,
  pipeline: Pick<Pipeline, 'findBatch'>,
  onEarlierLog: (name: string) => void,
): CuttingOptions {
  const { source, isQueryKept, hasVisitors, hasEarlierKeys, isDryRun, flushAfterSeconds } = options;
  return {
    source,
    reading: { isQueryKept, hasClientIp: hasVisitors },
    createReader: () => createLogReader(options),
    chooseEarlierFormat: earlierChoice(options),
    // A dry run asks nobody: it shows how a log would be read that was never sent.
    wasSent: async (key) => hasEarlierKeys || (!isDryRun && mayHave(pipeline, key)),
    onEarlierLog,
    flushAfterMilliseconds: flushAfterSeconds * 1_000,
    now,
  };
}

/** Returns whether the pipeline has this batch; where it does not tell, it may. */
async function mayHave(pipeline: Pick<Pipeline, 'findBatch'>, idempotencyKey: string): Promise<boolean> {
  try {
    return (await pipeline.findBatch(idempotencyKey)) !== undefined;
  } catch (error) {
    if (error instanceof RequestRefused && error.status === 403) return true;
    throw error;
  }
}
