/** The command `npm run demo`; what it does and takes is said in `demo/options.ts`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../lib/ports/clock.ts';
import { BadArguments } from './command-line.ts';
import { demonstrate, interrupted } from './demo/demonstrate.ts';
import { startEmulator } from './demo/start-emulator.ts';
import { freePort, isFreePort } from './emulator/free-port.ts';
import { EmulatorEnded, untilReady } from './emulator/until-ready.ts';
import { help, parseOptions, type DemoOptions } from './demo/options.ts';
import { exitCodeOf } from './exit-code.ts';
import { GaveUp } from '../client/answer-or-retry.ts';
import { createHttpClient } from '../client/http-client.ts';
import { RequestRefused } from '../client/request-refused.ts';
import { showProgress } from './progress.ts';

const clock: Clock = { now: () => new Date() };
const usualPort = 3_000;

process.exitCode = await exitCodeOf(main);

async function main(): Promise<number> {
  const options = parseOptions(process.argv.slice(2));
  if (options === undefined) {
    console.log(help);
    return 0;
  }
  return run(options, await choosePort(options.port));
}

async function run(options: DemoOptions, httpPort: number): Promise<number> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'log-analytics-demo-'));
  console.log(`Starting the pipeline on a new directory, ${dataDirectory}`);
  const emulator = startEmulator({
    dataDirectory,
    httpPort,
    lambdaPort: await freePort(),
    environment: process.env,
  });
  const url = new URL(`http://localhost:${httpPort}/`);
  const http = createHttpClient(url, 4);
  const progress = showProgress(process.stderr);
  const stop = new AbortController();
  // However it ends, it leaves no process and no file; the second Ctrl-C does not wait for what runs.
  process.once('exit', () => {
    emulator.kill('SIGKILL');
    if (!options.isKept) rmSync(dataDirectory, { recursive: true, force: true, maxRetries: 10 });
  });
  const interrupt = () => (stop.signal.aborted ? process.exit(interrupted) : stop.abort());
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);

  const print = (text: string) => console.log(text);
  try {
    return await Promise.race([
      untilReady(http, emulator, { signal: stop.signal }).then(() =>
        demonstrate(options, { url, clock, progress, print, signal: stop.signal }),
      ),
      emulator.ended.then(({ output }) => {
        if (stop.signal.aborted) return interrupted;
        throw new EmulatorEnded(output);
      }),
    ]);
  } catch (error) {
    // What is under way at a Ctrl-C may get no answer any more.
    if (stop.signal.aborted && error instanceof GaveUp) return interrupted;
    const isTrouble = [EmulatorEnded, GaveUp, RequestRefused].some((a) => error instanceof a);
    if (!isTrouble) throw error;
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    progress.stop();
    stop.abort();
    http.close();
    await emulator.stop();
    if (options.isKept) console.log(`The data is in ${dataDirectory}`);
  }
}

/** @throws BadArguments  the port that was asked for is taken */
async function choosePort(asked: number | undefined): Promise<number> {
  if (await isFreePort(asked ?? usualPort)) return asked ?? usualPort;
  if (asked !== undefined) throw new BadArguments(`--port: something else listens at ${asked}.`);
  return freePort();
}
