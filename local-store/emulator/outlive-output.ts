import type { Writable } from 'node:stream';

/**
 * Has the process outlive what it writes to: a full disk that the log was redirected to, or a pipe whose reader has gone
 * (`| head`; `| tee`, which Ctrl-C reaches first). An error of a stream that nobody listens to ends the process. What could
 * not be written is lost, and there is nowhere left to say so; Node leaves stdout and stderr open, so that the next line
 * is tried again, and all goes on once there is room.
 */
export function outliveOutput(outputs: readonly Writable[]): void {
  for (const output of outputs) output.on('error', () => undefined);
}
