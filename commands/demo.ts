import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GaveUp } from '../client/answer-or-retry.ts';
import { createHttpClient } from '../client/http-client.ts';
import { RequestRefused } from '../client/request-refused.ts';
import { BadArguments } from './command-line.ts';
import { defineCommand, type CommandIo } from './define-command.ts';
import { demonstrate, interrupted } from './demo/demonstrate.ts';
import { demoDetails, demoOptions, demoOptionsOf, type DemoOptions } from './demo/options.ts';
import { startEmulator } from './demo/start-emulator.ts';
import { freePort, isFreePort } from './emulator/free-port.ts';
import { EmulatorEnded, untilReady } from './emulator/until-ready.ts';
import { interruptible } from './interruptible.ts';
import { complain, print } from './io.ts';
import { showProgress } from './progress.ts';
import { messageOf } from '../lib/message-of.ts';

/** Shows the pipeline at work, on a new directory. */
export const demo = defineCommand({
  name: 'demo',
  summary:
    'Shows the pipeline at work, on a new directory: starts it, sends the traffic of some sites over the last days, as log ' +
    'shippers would (some batches twice, some late), checks that every entry is counted exactly once, prints the most frequent ' +
    'paths, agents and statuses, and keeps the dashboard open, with new traffic coming in, until Ctrl-C.',
  usage: [['[options]']],
  options: demoOptions,
  details: demoDetails,
  exitCodes: {
    0: 'ended by Ctrl-C (npm itself then exits with 130)',
    1: 'the counts differ, or the pipeline ended',
    2: 'wrong options, or a port that is taken',
    130: 'interrupted by Ctrl-C before everything was sent',
  },
  failures: [],
  async run(given, io) {
    const options = demoOptionsOf(given);
    return show(options, await choosePort(options.port), io);
  },
});

const usualPort = 3_000;

async function show(options: DemoOptions, httpPort: number, io: CommandIo): Promise<number> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'log-analytics-demo-'));
  print(io, `Starting the pipeline on a new directory, ${dataDirectory}`);
  const emulator = startEmulator({
    dataDirectory,
    httpPort,
    lambdaPort: await freePort(),
    environment: io.env,
  });
  // The command leaves no process and no file, however it ends.
  io.atEnd(() => {
    emulator.kill('SIGKILL');
    if (!options.isKept) rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 10 });
  });
  const url = new URL(`http://localhost:${httpPort}/`);
  const http = createHttpClient(url, 1);
  const progress = showProgress(io.stderr);

  const demonstration = async (stop: AbortController): Promise<number> => {
    const { signal } = stop;
    const stage = { url, clock: io.clock, progress, print: (text: string) => print(io, text), signal };
    try {
      return await Promise.race([
        untilReady(http, emulator, { signal }).then(() => demonstrate(options, stage)),
        emulator.ended.then(({ output }) => {
          if (signal.aborted) return interrupted;
          throw new EmulatorEnded(output);
        }),
      ]);
    } catch (error) {
      // Requests under way at a Ctrl-C may not get an answer any more.
      if (signal.aborted && error instanceof GaveUp) return interrupted;
      const isTrouble = [EmulatorEnded, GaveUp, RequestRefused].some((type) => error instanceof type);
      if (!isTrouble) throw error;
      complain(io, messageOf(error));
      return 1;
    } finally {
      progress.stop();
      stop.abort();
      http.close();
      await emulator.stop();
      if (options.isKept) print(io, `The data is in ${dataDirectory}`);
    }
  };
  const message = 'Stopping the pipeline. A second Ctrl-C does not wait for it.';
  return (await interruptible(demonstration, message, io)).result;
}

/** @throws BadArguments  the port that the user named is in use */
async function choosePort(asked: number | undefined): Promise<number> {
  if (await isFreePort(asked ?? usualPort)) return asked ?? usualPort;
  if (asked !== undefined)
    throw new BadArguments(`--port: another program listens at ${asked}. Give another one.`);
  return freePort();
}
