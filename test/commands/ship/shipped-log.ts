import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { answeringServer, type Answer, type ReceivedRequest } from '../../answering-server.ts';
import { combinedLines, logText } from './sample-log.ts';

/** A log of 2,500 lines. */
export const lines = combinedLines(2_500);
export const text = logText(lines);

/** The arguments that name a customer and a pipeline. */
export const to = (url: URL): string[] => ['--customer', 'cus-axon', '--url', url.href];

/** Writes the log to a new directory, which is removed after the test; call it before each test. */
export async function writeLog(): Promise<{ readonly directory: string; readonly path: string }> {
  const directory = await mkdtemp(join(tmpdir(), 'log-analytics-ship-'));
  onTestFinished(() => rm(directory, { recursive: true, force: true }));
  const path = join(directory, 'access.log');
  await writeFile(path, text);
  return { directory, path };
}

/** The answer of `GET /aggregates/total` when everything is counted. */
const counted = { countedThrough: '2025-12-28T19:00:00.000Z', waiting: 0, complete: true };

/** Starts a server that remembers keys and bodies as the pipeline does, and always answers that everything is counted. */
export async function startPipeline(
  answer: (request: ReceivedRequest) => Answer | undefined = () => undefined,
  port = 0,
) {
  const bodies = new Map<string, string>();
  const server = await answeringServer((request) => {
    const special = answer(request);
    if (special !== undefined) return special;
    if (request.path.startsWith('/aggregates/total?')) return { status: 200, body: counted };
    const key = String(request.headers['idempotency-key'] ?? request.path.replace('/batches/', ''));
    const stored = bodies.get(key);
    if (request.method === 'GET') {
      return stored === undefined
        ? { status: 404 }
        : { status: 200, body: { entries: stored.split('\n').length, counted: true } };
    }
    if (stored === undefined) bodies.set(key, request.body);
    return { status: stored === undefined ? 202 : stored === request.body ? 409 : 422 };
  }, port);
  const entries = () => [...bodies.values()].flatMap((body) => body.split('\n'));
  return { ...server, bodies, entries };
}
