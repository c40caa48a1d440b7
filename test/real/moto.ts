import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import type { RunningServer } from '../aws/running-server.ts';
import { freePorts } from '../e2e/free-ports.ts';
import { pythonProgram } from './python-program.ts';

/** Starts moto, which speaks the protocols of AWS services, empty and in memory: https://docs.getmoto.org */
export async function startMoto(): Promise<RunningServer> {
  const [port = 0] = await freePorts(1);
  const moto = spawn(pythonProgram('moto_server'), ['--host', '127.0.0.1', '--port', String(port)], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let output = '';
  moto.stderr.setEncoding('utf8').on('data', (text: string) => (output = `${output}${text}`.slice(-2_000)));
  const ended = once(moto, 'exit');
  const endpoint = `http://127.0.0.1:${port}`;
  while (!(await answers(`${endpoint}/moto-api/`))) {
    if (moto.exitCode !== null) throw new Error(`moto ended: ${output}`);
    await setTimeout(100);
  }
  return {
    endpoint,
    async close() {
      moto.kill('SIGTERM');
      await ended;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    const { ok, body } = await fetch(url);
    await body?.cancel();
    return ok;
  } catch (error) {
    if (error instanceof TypeError) return false; // nobody listens yet
    throw error;
  }
}
