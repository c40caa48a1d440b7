import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createHttpClient } from '../../client/http-client.ts';
import { cpuSeconds } from './cpu-seconds.ts';

export interface RequestFigures {
  readonly perSecond: number;
  /** Processor time of the server. */
  readonly cpuMilliseconds: number;
}

const connections = 64;

/** Measures a server with requests that cost its functions nothing. */
export async function measureRequests(
  url: URL,
  pid: number | undefined,
  requests: number,
): Promise<RequestFigures> {
  const client = createHttpClient(url, connections);
  const send = async (count: number) => {
    let left = count;
    const one = async () => {
      while (left > 0) {
        left -= 1;
        await client.request('/health');
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
  };
  await send(15_000); // until its code is compiled: an idle server has much to compile
  const [cpuBefore, startedAt] = [cpuSeconds(pid), performance.now()];
  await send(requests);
  const seconds = (performance.now() - startedAt) / 1_000;
  client.close();
  const cpuMilliseconds = ((cpuSeconds(pid) - cpuBefore) * 1_000) / requests;
  return { perSecond: requests / seconds, cpuMilliseconds };
}

const noOpServer = `require('node:http').createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': 15 });
  response.end('{"status":"ok"}');
}).listen(Number(process.argv[1]), '127.0.0.1', () => console.log('listening'));`;

/** Measures a Node.js server that does nothing, for comparison. */
export async function measureNoOp(port: number, requests: number): Promise<RequestFigures> {
  const child = spawn(process.execPath, ['-e', noOpServer, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    return await measureRequests(new URL(`http://127.0.0.1:${port}`), child.pid, requests);
  } finally {
    child.kill();
  }
}
