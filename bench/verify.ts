import type { StoredNotification } from '../lib/pipeline/verify/verdict.ts';
import { verify } from '../lib/pipeline/verify/verify.ts';
import { ReEmissionTimes } from '../lib/pipeline/verify/re-emission-times.ts';
import { batchKey } from '../lib/domain/keys.ts';
import { batchIdOf, customer } from '../test/factories.ts';
import { programOptions } from '../commands/program-options.ts';
import { count } from './option-kinds.ts';
import { createSampleTraffic } from './sample-traffic.ts';
import { median } from './statistics.ts';
import { sentBatch, countStored, storeBatches } from './stored-batches.ts';
import { printTable } from './table.ts';
import { openTemporaryApp } from './temporary-app.ts';

const { batches } = programOptions({
  program: 'npm run bench:verify --',
  summary:
    "Measures whether verifying a batch costs the same however many are stored: the pipeline's own function `verify`, " +
    'with a thousand messages per invocation, as the queue brings them under load.',
  options: {
    batches: count('batches stored at the end', 100_000),
  },
});
const messagesAtOnce = 1_000;
const rounds = 11;
const customerPrefix = 'cus';
const looks = {
  marginSeconds: 5,
  lookAgainSeconds: 60,
  overdueSeconds: 900,
  onlyEmitterSince: undefined,
  maxSeconds: 30,
};

const temporary = await openTemporaryApp();
const { app } = temporary;
const traffic = createSampleTraffic(1);
try {
  const rows: string[][] = [];
  let stored = 0;
  for (const wanted of [0.01, 0.1, 1].map((share) => Math.max(messagesAtOnce, Math.round(batches * share)))) {
    await storeBatches(app, traffic, { first: stored, count: wanted - stored, customerPrefix });
    await countStored(temporary);
    if (stored === 0) await measure(wanted); // until the code is compiled
    stored = wanted;
    const measured = await measure(stored);
    rows.push([
      stored.toLocaleString('en-US'),
      ...[measured.wall, measured.processor].map((all) =>
        ((median(all) * 1_000) / messagesAtOnce).toFixed(0),
      ),
      Math.max(...measured.wall).toFixed(0),
    ]);
  }
  printTable(
    `Verify: ${messagesAtOnce} messages of counted batches per invocation`,
    ['stored batches', 'µs per batch', 'processor µs per batch', 'slowest invocation ms'],
    rows,
  );
} finally {
  await temporary.remove();
}

const reEmissions = new ReEmissionTimes();

/** Measures the milliseconds of invocations with messages of consecutive batches. */
async function measure(stored: number): Promise<{ wall: number[]; processor: number[] }> {
  const wall: number[] = [];
  const processor: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const first = Math.floor(((stored - messagesAtOnce) * round) / (rounds - 1));
    const messages = Array.from({ length: messagesAtOnce }, (_, n) => messageOf(first + n));
    const began = performance.now();
    const cpu = process.cpuUsage();
    const verified = await verify(messages, { ...app, reEmissions }, looks);
    wall.push(performance.now() - began);
    const { user, system } = process.cpuUsage(cpu);
    processor.push((user + system) / 1_000);
    if (verified.some(({ verdict }) => verdict.kind !== 'counted'))
      throw new Error('A batch is not counted.');
  }
  return { wall, processor };
}

function messageOf(number: number): StoredNotification {
  const { customerId, key } = sentBatch(number, customerPrefix);
  return {
    messageId: key,
    key: batchKey(customer(customerId), batchIdOf(key)),
    receiveCount: 1,
    firstReceivedAt: new Date(),
  };
}
