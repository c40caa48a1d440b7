import { ConnectionFailed, type HttpClient } from '../../client/http-client.ts';
import { realTiming } from '../../client/timing.ts';
import type { EmulatorProcess } from './spawn-emulator.ts';

/** An emulator that did not start or that ended by itself; the message has the end of its output. */
export class EmulatorEnded extends Error {
  override readonly name = 'EmulatorEnded';

  constructor(output: string) {
    super(`The pipeline ended:\n${output.slice(-maxOutputShown)}`);
  }
}

export interface ReadyOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** True if its output is read, which proves that this emulator has the port, and not another process. */
  readonly isOutputRead?: boolean;
}

const maxOutputShown = 20_000;
const pollMilliseconds = 20;

/**
 * Resolves when the emulator answers, or when the signal is aborted.
 * @throws EmulatorEnded
 */
export async function untilReady(
  http: HttpClient,
  { ended, output }: Pick<EmulatorProcess, 'ended' | 'output'>,
  { signal, isOutputRead = true }: ReadyOptions = {},
): Promise<void> {
  let hasEnded = false;
  void ended.then(() => (hasEnded = true));
  const isOver = () => signal?.aborted === true;
  while (!isOver()) {
    if (hasEnded) throw new EmulatorEnded(output());
    if (!isOutputRead || output().includes('Listening ')) {
      if ((await healthOf(http)) === 200) return;
    }
    await realTiming.wait(pollMilliseconds, signal);
  }
}

async function healthOf(http: HttpClient): Promise<number | undefined> {
  try {
    return (await http.request('/health')).status;
  } catch (error) {
    if (error instanceof ConnectionFailed) return undefined;
    throw error;
  }
}
