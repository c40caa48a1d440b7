import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { createHttpClient, type HttpClient } from '../../client/http-client.ts';
import { untilReady } from '../../commands/emulator/until-ready.ts';
import { spawnEmulator, type EmulatorProcess, type ProcessEnd } from './emulator-process.ts';
import { freePorts } from './free-ports.ts';

export interface EmulatorOptions {
  /** Settings besides `DATA_DIR`, which is a new directory. */
  readonly env?: Readonly<Record<string, string>>;
  /** A command that runs the emulator, such as a tracer; see `spawnEmulator`. */
  readonly under?: readonly string[];
  /** The parent of its data directory; by default the directory for temporary files. */
  readonly within?: string;
}

/** An emulator that can be stopped or killed and started again, on the same data and ports. */
export class Emulator {
  readonly #env: Readonly<Record<string, string>>;
  readonly #under: readonly string[];
  readonly #within: string;
  #ports: readonly number[] = [];
  #dataDirectory: string | undefined;
  #process: EmulatorProcess | undefined;
  #http: HttpClient | undefined;

  constructor({ env = {}, under = [], within = tmpdir() }: EmulatorOptions) {
    this.#env = env;
    this.#under = under;
    this.#within = within;
  }

  get baseUrl(): URL {
    return new URL(`http://localhost:${this.#httpPort}`);
  }

  /** The port at which serverless-offline would accept made-up events. */
  get lambdaUrl(): URL {
    return new URL(`http://localhost:${given(this.#ports[1])}`);
  }

  get dataDirectory(): string {
    return given(this.#dataDirectory);
  }

  get pid(): number {
    return given(this.#process).pid;
  }

  /** The output of the latest start. */
  get output(): string {
    return given(this.#process).output();
  }

  /** Stops reading its output, so that its further writes fail. */
  abandonOutput(): void {
    given(this.#process).abandonOutput();
  }

  /** A client for requests one or a few at a time. */
  get http(): HttpClient {
    return given(this.#http);
  }

  /**
   * Resolves when the emulator answers. After an end, it starts again with the existing data.
   * @param env  settings for this start alone
   */
  async start(env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.launch(env);
    // A command that runs it may have redirected its output.
    const isOutputRead = this.#under.length === 0;
    await untilReady(given(this.#http), given(this.#process), { isOutputRead });
  }

  /** Starts the emulator without waiting until it answers: it may not live that long. */
  async launch(env: Readonly<Record<string, string>> = {}): Promise<void> {
    this.#dataDirectory ??= await mkdtemp(join(this.#within, 'log-analytics-e2e-'));
    if (this.#ports.length === 0) this.#ports = await freePorts(2);
    const [httpPort, lambdaPort] = this.#ports;
    const args = ['offline', 'start', '--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
    const settings = { ...this.#env, ...env, DATA_DIR: this.#dataDirectory };
    this.#process = spawnEmulator(args, settings, this.#under);
    this.#http?.close();
    this.#http = createHttpClient(this.baseUrl, 32);
  }

  /** Starts another one with the same settings, on the same data, at its own ports. */
  async spawnSecond(): Promise<EmulatorProcess> {
    const [httpPort, lambdaPort] = await freePorts(2);
    const ports = ['--httpPort', String(httpPort), '--lambdaPort', String(lambdaPort)];
    return spawnEmulator(['offline', 'start', ...ports], { ...this.#env, DATA_DIR: this.dataDirectory });
  }

  /** Ends it like a crash. */
  async crash(): Promise<void> {
    await this.end('SIGKILL');
  }

  /** Sends the signal and resolves when the process has ended. */
  async end(signal: NodeJS.Signals = 'SIGINT'): Promise<ProcessEnd> {
    const { kill, ended } = given(this.#process);
    kill(signal);
    return ended;
  }

  /** Sends a signal without waiting. */
  signal(signal: NodeJS.Signals): void {
    given(this.#process).kill(signal);
  }

  /** Resolves when the process has ended by itself. */
  get ended(): Promise<ProcessEnd> {
    return given(this.#process).ended;
  }

  /** Leaves no process and no file. */
  async remove(): Promise<void> {
    this.#http?.close();
    this.#process?.kill('SIGKILL');
    await this.#process?.ended;
    if (this.#dataDirectory !== undefined) await rm(this.#dataDirectory, { recursive: true, force: true });
  }

  get #httpPort(): number {
    return given(this.#ports[0]);
  }
}

/** Runs an emulator for the tests of the file or of the `describe`. */
export function useEmulator(options: EmulatorOptions = {}): Emulator {
  const emulator = new Emulator(options);
  beforeAll(() => emulator.start());
  afterAll(() => emulator.remove());
  return emulator;
}

function given<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('The emulator has not been started.');
  return value;
}
