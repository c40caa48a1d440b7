import { get } from 'node:http';
import { tryPort } from './try-port.ts';

const answerMilliseconds = 1_000;

/**
 * Makes sure that nobody listens where the server is going to. serverless-offline would print the system's error as an
 * object.
 * @throws Error  the port is taken, or may not be used; the message names the option that chooses another one
 */
export async function requireFreePort(host: unknown, port: unknown): Promise<void> {
  if (typeof host !== 'string' || !Number.isInteger(Number(port))) return; // serverless-offline refuses it
  const number = Number(port);
  const tried = await tryPort(host, number);
  if ('port' in tried) return;
  const { code } = tried;
  const other = `npm start -- --port ${number === 8_080 ? 8_081 : 8_080}`;
  if (code === 'EACCES') {
    throw new Error(
      `This user may not listen at port ${number}, as it is below 1024. Start on another one: ${other}`,
    );
  }
  if (code !== 'EADDRINUSE') return; // such as a host that is not this machine's, which the server reports
  const who = (await isPipeline(host, number))
    ? 'a log analytics pipeline answers there, most likely one that was started before'
    : 'another program listens there';
  throw new Error(`Port ${number} is in use: ${who}. Stop it, or start on another port: ${other}`);
}

/** Asks the program that listens there; one that does not answer HTTP soon is not a pipeline. */
async function isPipeline(host: string, port: number): Promise<boolean> {
  const reachable = host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return new Promise((resolve) => {
    const request = get(
      { host: reachable, port, path: '/health', timeout: answerMilliseconds },
      (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => (body = (body + text).slice(0, 1_000)));
        response.on('error', () => resolve(false));
        response.on('end', () => resolve(/^\{"status":"ok"\}$|"errorCode":"API_\d{4}"/.test(body)));
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
