import type { EventEmitter } from 'node:events';
import type { Readable } from 'node:stream';
import type { Timing } from '../client/timing.ts';
import type { Clock } from '../lib/ports/clock.ts';
import type { Service } from './service.ts';

/** The output of a command; only a terminal sets `isTTY`. */
export type Output = NodeJS.WritableStream & { readonly isTTY?: boolean };

/** The environment of a command: that of a process, or that of a test. */
export interface Io {
  readonly stdin: Readable;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** The clock and the timer of waits. */
  readonly timing: Timing;
  /** Reads `serverless.yml`; it starts a process. */
  readonly describeService: () => Promise<Service>;
  /** Emits `SIGINT`, `SIGTERM` and `exit` of the process. A signal without a listener ends the process. */
  readonly events: Pick<EventEmitter, 'on' | 'once' | 'off'>;
  /** Ends the process at once, after its event `exit`. */
  readonly exit: (code: number) => void;
  /** Continues as another program in the same process once the command has ended. */
  readonly handOver: (program: Program) => void;
}

/** The parts of `Io` for code that works on a pipeline: it warns of trouble, and dates its writes. */
export type OperatorIo = Pick<Io, 'stderr' | 'clock' | 'describeService'>;

/** A Node program that replaces the command that started it. */
export interface Program {
  readonly path: string;
  readonly args: readonly string[];
  /** Environment variables to add. */
  readonly env: Readonly<Record<string, string>>;
  readonly directory: string;
}

/** Writes a line of the result, for people or scripts. */
export function print({ stdout }: Pick<Io, 'stdout'>, text: string): void {
  stdout.write(`${text}\n`);
}

/** Writes a line about trouble. */
export function complain({ stderr }: Pick<Io, 'stderr'>, text: string): void {
  stderr.write(`${text}\n`);
}
