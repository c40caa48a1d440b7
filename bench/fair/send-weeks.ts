/**
 * Sends batches of 10,080 minutes as fast as they are answered. The process sends `ready`, starts at the next
 * message, which says for how many seconds, and then sends the numbers of answers.
 */
import { once } from 'node:events';
import { constants, brotliCompressSync } from 'node:zlib';
import * as z from 'zod';
import { ConnectionFailed, createHttpClient } from '../../client/http-client.ts';

const minutes = 10_080;
const minuteMilliseconds = 60_000;
/** Weeks ago at which a batch begins: the last one, one before it, the next one, and the one around now. */
const weeks = [1, 2, -0.1, 0.5];

const { url, connections } = z
  .object({ url: z.url(), connections: z.int() })
  .parse(JSON.parse(process.argv[2] ?? ''));
/**
 * Built once: building them takes more processor time than sending them, which the clients being measured would miss.
 */
const bodies = weeks.map(weekOfMinutes);
process.send?.('ready');
const [message] = (await once(process, 'message')) as [unknown];
const { seconds } = z.object({ seconds: z.number() }).parse(message);

const end = Date.now() + seconds * 1_000;
const answers: Record<string, number> = {};
const http = createHttpClient(new URL(url), connections);
let made = 0;
await Promise.all(Array.from({ length: connections }, sendUntilEnd));
http.close();
process.send?.(answers);
process.disconnect();

async function sendUntilEnd(): Promise<void> {
  while (Date.now() < end) {
    made += 1;
    const key = `week-${made}`;
    const body = bodies[made % bodies.length] ?? Buffer.alloc(0);
    await send(key, body);
    await send(key, body);
  }
}

async function send(key: string, body: Buffer): Promise<void> {
  const headers = {
    'x-customer-id': 'cus-abusive',
    'content-type': 'application/x-ndjson',
    'content-encoding': 'br',
    'idempotency-key': key,
  };
  const name = await answerTo({ method: 'POST', headers, body });
  answers[name] = (answers[name] ?? 0) + 1;
}

/** An idle connection may be closed just when it is used again: that counts as an answer, too. */
async function answerTo(options: Parameters<typeof http.request>[1]): Promise<string> {
  try {
    const { status, body } = await http.request('/logs', options);
    const code = /"errorCode":"(\w+)"/.exec(body.toString())?.[1] ?? '';
    return `${status} ${code}`.trim();
  } catch (error) {
    if (error instanceof ConnectionFailed) return 'none';
    throw error;
  }
}

function weekOfMinutes(weeksAgo: number): Buffer {
  const start = Date.now() - weeksAgo * minutes * minuteMilliseconds;
  const lines = Array.from({ length: minutes }, (_, minute) => {
    const receivedAt = new Date(start + minute * minuteMilliseconds).toISOString();
    return JSON.stringify({ receivedAt, method: 'GET', path: `/${minute % 10}`, userAgent: 'x' });
  });
  return brotliCompressSync(lines.join('\n'), { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
}
