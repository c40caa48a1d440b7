import { ConnectionFailed, type HttpClient } from '../../client/http-client.ts';
import { realTiming } from '../../client/timing.ts';
import type { EmulatorProcess } from './spawn-emulator.ts';

/** The emulator did not start, or ended without being asked to; the message has the end of what it has written. */
export class EmulatorEnded extends Error {
  override readonly name = 'EmulatorEnded';

  constructor(output: string) {
    super(`The pipeline ended:\n${output.slice(-maxOutputShown)}`);
  }
}

export interface ReadyOptions {
  /** Ends the wait. */
  readonly signal?: AbortSignal;
  /** Whether its output is read, which shows that it is this one that has the port, and no other process. */
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
