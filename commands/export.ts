import { rename } from 'node:fs/promises';
import { GaveUp, NotRunning } from '../client/answer-or-retry.ts';
import { createHttpClient } from '../client/http-client.ts';
import { RequestRefused } from '../client/request-refused.ts';
import { windowSizes } from '../lib/domain/window.ts';
import { errorCode } from '../lib/error-code.ts';
import { messageOf } from '../lib/message-of.ts';
import { BadArguments } from './command-line.ts';
import { customerIdOf } from './customer.ts';
import { counted } from './counted.ts';
import { defineCommand } from './define-command.ts';
import { failure } from './define-command/failures.ts';
import { anyText, oneOf, value, wholeNumberOf } from './define-command/options.ts';
import { createParquetSink } from './export/parquet-sink.ts';
import { readPages } from './export/read-pages.ts';
import { createTextSink, toFile, toOutput, type Sink } from './export/sinks.ts';
import { headersOf } from './headers.ts';
import { complain, type Io } from './io.ts';
import { describeNotRunning, waitForStart } from './not-running.ts';
import { pipelineOptions } from './pipeline-options.ts';
import { showTransfer } from './progress.ts';

const formats = ['csv', 'ndjson', 'parquet'] as const;

/** The file of an export cannot be written; the message says why, and what to do. */
class NotWritten extends Error {
  override readonly name = 'NotWritten';

  constructor(path: string, cause: unknown) {
    super(`${path} cannot be written: ${messageOf(cause)}. Name another file with --output.`, { cause });
  }
}

/** Writes a customer's windows to a file, or to the output. */
export const exportWindows = defineCommand({
  name: 'export',
  summary: "Exports a customer's windows for other programs, page by page.",
  usage: [['[options]']],
  options: {
    ...pipelineOptions,
    customer: value({
      shows: '<id>',
      help: 'the customer; an API key names its own',
      variable: 'LOG_CUSTOMER',
      read: customerIdOf,
    }),
    window: value({
      shows: '<size>',
      help: 'minute, hour or day',
      default: 'hour' as const,
      read: oneOf(windowSizes),
    }),
    from: value({
      shows: '<instant>',
      help: 'first instant, rounded down to a minute',
      shownDefault: 'that of GET /aggregates',
      read: anyText,
    }),
    to: value({
      shows: '<instant>',
      help: 'end, rounded up to a minute',
      shownDefault: 'now',
      read: anyText,
    }),
    top: value({
      shows: '<n>',
      help: 'keep this many of the largest keys of each dimension; the rest is (other)',
      shownDefault: 'all',
      read: wholeNumberOf(1, 10_000),
    }),
    format: value({
      shows: '<name>',
      help: 'csv, ndjson or parquet',
      default: 'csv' as const,
      read: oneOf(formats),
    }),
    output: value({
      shows: '<path>',
      help: 'the file to write; Parquet needs one',
      shownDefault: 'the output',
      read: anyText,
    }),
    'retry-for': value({
      shows: '<s>',
      help: 'seconds to repeat a request that fails',
      default: 300,
      read: wholeNumberOf(0, 1_000_000),
    }),
    ...waitForStart,
  },
  details: [
    'CSV and Parquet have a row for each key, with the columns of GET /aggregates in CSV; NDJSON has a window a line. Each row says ' +
      'whether its window is complete. A file gets its name when it is whole; until then, ".part" is added to it.',
  ],
  exitCodes: {
    0: 'exported',
    1: 'the pipeline did not answer, or refused',
    2: 'wrong options, or a file that cannot be written',
    130: 'interrupted (143 by SIGTERM)',
  },
  failures: [failure(NotWritten)],
  interrupted: 'Run the command again.',
  async run({ options }, io) {
    const { url, customer, window, from, to, top, format, output } = options;
    const waitForStartSeconds = options['wait-for-start'];
    const headers = {
      ...headersOf(options.header),
      ...(customer !== undefined && { 'x-customer-id': customer }),
    };
    const sink = await written(output, () => openSink(format, output, io));
    const http = createHttpClient(url, 1);
    const progress = showTransfer('Exporting', undefined, io.stderr, () => io.timing.now());
    io.atEnd(() => progress.stop());
    const query = {
      window,
      format: sink.pageFormat,
      ...(from !== undefined && { from }),
      ...(to !== undefined && { to }),
      ...(top !== undefined && { top: String(top) }),
    };
    let bytes = 0;
    let rows = 0;
    let countedThrough: string | undefined;
    let pages = 0;
    try {
      for await (const page of readPages(query, {
        http,
        url,
        headers,
        retryForSeconds: options['retry-for'],
        waitForStartSeconds,
        timing: io.timing,
        onRetry: (reason) => progress.hold(`${reason}; trying again`),
      })) {
        // Later pages include more, so the first one says what all of them include.
        if (pages === 0) ({ countedThrough } = page);
        pages += 1;
        rows += await written(output, () => sink.write(page));
        bytes += page.text.length;
        progress.update(bytes, rows);
      }
      await written(output, async () => {
        await sink.finish();
        if (output !== undefined) await rename(partOf(output), output);
      });
    } catch (error) {
      if (!(error instanceof RequestRefused || error instanceof GaveUp)) throw error;
      progress.stop();
      complain(
        io,
        error instanceof NotRunning
          ? describeNotRunning(url, waitForStartSeconds)
          : `${error.message}\nThe export is incomplete. Run the command again.`,
      );
      return 1;
    } finally {
      http.close();
      await sink.close();
    }
    progress.stop();
    complain(io, `Exported ${counted(rows, 'row')}. ${said(countedThrough)}`);
    return 0;
  },
});

const partOf = (path: string) => `${path}.part`;

/** @throws NotWritten  the system refused a step of writing to the file */
async function written<T>(output: string | undefined, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (output === undefined || errorCode(error) === undefined) throw error;
    throw new NotWritten(output, error);
  }
}

/** @throws BadArguments  Parquet needs a file */
async function openSink(format: (typeof formats)[number], output: string | undefined, io: Io): Promise<Sink> {
  if (format !== 'parquet') {
    return createTextSink(format, output === undefined ? toOutput(io.stdout) : await toFile(partOf(output)));
  }
  if (output === undefined) throw new BadArguments('--format parquet needs --output <path>.');
  return createParquetSink(partOf(output));
}

function said(countedThrough: string | undefined): string {
  return countedThrough === undefined
    ? 'It is not known now what they do not include yet.'
    : `Everything that was accepted before ${countedThrough} is in them.`;
}
