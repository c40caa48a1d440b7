import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { Clock } from '../lib/ports/clock.ts';

/** Where a command writes; only a terminal says that it is one. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** What a command has of the world: a process's own, or a test's. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Has the events `SIGINT`, `SIGTERM` and `exit` of the process. A signal that nobody listens to ends the process. */
  readonly events: Pick<EventEmitter, 'on' | 'once' | 'off'>;
  /** Ends the process at once, with its event `exit`. */
  readonly exit: (code: number) => void;
  /** Goes on as another program once the command has ended, in the same process. */
  readonly handOver: (program: Program) => void;
}

/** What the parts that work on a pipeline need: they warn of trouble, and date what they write. */
export type OperatorIo = Pick<Io, 'stderr' | 'clock'>;

/** A program of Node that takes the place of the command that started it. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  /** Variables to set besides those that there are. */
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** Writes a line for people or scripts that read the result. */
export function print({ stdout }: Pick<Io, 'stdout'>, text: string): void {
  stdout.write(`${text}\n`);
}

/** Writes a line about trouble. */
export function complain({ stderr }: Pick<Io, 'stderr'>, text: string): void {
  stderr.write(`${text}\n`);
}
