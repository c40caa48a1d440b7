/**
 * Sends numbers to a topic until SIGTERM, and prints each as soon as it is acknowledged.
 *   load.ts BROKERS TOPIC
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Unavailable } from '../../../../lib/errors.ts';
import { createSender } from '../../../kafka/send.ts';

const [brokers = '', topic = ''] = process.argv.slice(2);
const sender = createSender({ brokers: brokers.split(','), prefix: '', clientId: 'load' });
const senders = 8;
const recordsAtOnce = 20;
let next = 0;
const stopping = new AbortController();
process.once('SIGTERM', () => stopping.abort());

async function send(): Promise<void> {
  while (!stopping.signal.aborted) {
    const numbers = Array.from({ length: recordsAtOnce }, () => String((next += 1)));
    try {
      await sender.send(
        numbers.map((number) => ({ topic, key: `key-${Number(number) % 50}`, value: Buffer.from(number) })),
      );
      process.stdout.write(`${numbers.join(' ')}\n`);
    } catch (error) {
      // It may be there or not: only what was acknowledged must be.
      if (!(error instanceof Unavailable)) throw error;
      await sleep(100);
    }
    await sleep(2);
  }
}

await Promise.all(Array.from({ length: senders }, send));
await sender.close();
