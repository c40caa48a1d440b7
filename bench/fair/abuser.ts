import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** Number of answers of each kind to the abusive customer. */
export type Answers = Readonly<Record<string, number>>;

export interface Abuser {
  /** Sends for this time, and returns the numbers of answers. */
  sendFor(seconds: number): Promise<Answers>;
}

/**
 * Starts the abusive customer in its own process: building its requests would slow down the clients being measured.
 */
export async function startAbuser(url: URL, connections: number): Promise<Abuser> {
  const script = fileURLToPath(new URL('./send-weeks.ts', import.meta.url));
  const child = fork(script, [JSON.stringify({ url, connections })], { execArgv: ['--import', 'tsx'] });
  const killWithUs = () => child.kill('SIGKILL');
  process.once('exit', killWithUs);
  await once(child, 'message');
  return {
    async sendFor(seconds) {
      child.send({ seconds });
      const [answers] = (await once(child, 'message')) as [unknown];
      process.off('exit', killWithUs);
      return z.record(z.string(), z.number()).parse(answers);
    },
  };
}
