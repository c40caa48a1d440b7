import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { openSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The directory in which `set-up.sh` puts what it builds. */
export const installed = fileURLToPath(new URL('../../node_modules/.cache/senders', import.meta.url));

/** A program that sends a log, as a page of the documentation sets it up. */
export interface SenderKind {
  readonly name: string;
  /** The page, in docs/how-to/send; its first block is the configuration. */
  readonly page: string;
  /** The file that has the configuration, by its name in the sender's directory. */
  readonly file: string;
  /** Places that the configuration has besides those that all have, and what stands for them in a directory. */
  readonly places?: (directory: string) => Readonly<Record<string, string>>;
  readonly command: (configuration: string, directory: string) => readonly [string, ...string[]];
  readonly env?: Readonly<Record<string, string>>;
}

export interface SenderPlaces {
  /** The sender's own directory. */
  readonly directory: string;
  readonly log: string;
  readonly url: URL;
  readonly customerId: string;
}

/** Returns the configuration of a page, with a test's places for the documented ones. */
function configurationOf(kind: SenderKind, { directory, log, url, customerId }: SenderPlaces): string {
  const page = readFileSync(new URL(`../../docs/how-to/send/${kind.page}`, import.meta.url), 'utf8');
  const block = /^```\w*\n(?<configuration>[^]*?)^```$/m.exec(page)?.groups?.['configuration'];
  if (block === undefined) throw new Error(`${kind.page} has no configuration.`);
  const places = {
    '/var/log/nginx/access.log': log,
    'http://localhost:3000': url.origin,
    'cus-axon': customerId,
    ...kind.places?.(directory),
  };
  return Object.entries(places).reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`The configuration of ${kind.page} does not have ${from}.`);
    return text.replaceAll(from, to);
  }, block);
}

/** A running sender. */
export class Sender {
  readonly #kind: SenderKind;
  readonly #places: SenderPlaces;
  #process: ChildProcess | undefined;

  constructor(kind: SenderKind, places: SenderPlaces) {
    this.#kind = kind;
    this.#places = places;
  }

  async start(): Promise<void> {
    const { directory } = this.#places;
    const file = join(directory, this.#kind.file);
    await writeFile(file, configurationOf(this.#kind, this.#places));
    const [program, ...args] = this.#kind.command(file, directory);
    const output = openSync(join(directory, 'output'), 'a');
    const { PATH, HOME } = process.env;
    // A group of its own: senders start programs, such as tail.
    this.#process = spawn(program, args, {
      cwd: directory,
      env: { PATH, HOME, ...this.#kind.env },
      stdio: ['ignore', output, output],
      detached: true,
    });
    await once(this.#process, 'spawn');
  }

  /** Throws if it has ended by itself, since it will not send any more. */
  requireRunning(): void {
    const { exitCode = null, signalCode = null } = this.#process ?? {};
    if (exitCode !== null || signalCode !== null) throw new Error(`${this.#kind.name} has ended.`);
  }

  async end(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const sender = this.#process;
    this.#process = undefined;
    if (sender?.pid === undefined) return;
    const ended = sender.exitCode !== null || sender.signalCode !== null || once(sender, 'exit');
    try {
      process.kill(-sender.pid, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await ended;
  }

  /** Returns its output so far. */
  output(): string {
    return readFileSync(join(this.#places.directory, 'output'), 'utf8');
  }
}
