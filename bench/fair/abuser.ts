import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

/** How often the abusive customer got which answer. */
export type Answers = Readonly<Record<string, number>>;

export interface Abuser {
  /** Sends for so long, and tells what it was answered. */
  sendFor(seconds: number): Promise<Answers>;
}

/** Starts the abusive customer in a process of its own: making its requests would hold up the clients that are measured. */
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
