import type { Writable } from 'node:stream';

/**
 * Keeps the process alive when its output fails: a full disk behind a redirected log, or a pipe whose reader has gone
 * (`| head`; `| tee`, which Ctrl-C reaches first). An error of a stream without a listener would end the process.
 * Lines that could not be written are lost, and there is nowhere to report it; Node leaves stdout and stderr open, so
 * later lines appear once there is space.
 */
export function outliveOutput(outputs: readonly Writable[]): void {
  for (const output of outputs) output.on('error', () => undefined);
}
