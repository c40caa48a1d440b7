import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { openDurableDatabase } from '../../local-store/durable-database.ts';
import { partitionedLogIn } from '../../local-store/partitioned-log.ts';
import { dyingQueues } from './queue-event-source/dying-queues.ts';
import { openFixture } from './queues/queue-fixture.ts';
import { consumer, putTexts } from './stream-event-source/source-fixture.ts';
import { clock, temporaryDirectory } from './temporary-log.ts';

async function sendExhaustedAndDie(directory: string, step: string): Promise<void> {
  const script = fileURLToPath(new URL('./stream-event-source/giver-up.ts', import.meta.url));
  const giver = spawn(process.execPath, ['--import', 'tsx', script, directory, step], { stdio: 'inherit' });
  expect(await once(giver, 'exit')).toEqual([null, 'SIGKILL']);
}

/** Returns the content of the destination, and the position of the consumer. */
async function state(directory: string) {
  const { queues, database, close } = await openFixture(directory, dyingQueues);
  const settings = { partitionCount: 1, consumers: [consumer] };
  const stream = await partitionedLogIn(database, { clock }).stream('insights', settings);
  const delivered = [...queues.queue('failed').list()].map(({ body }): unknown => JSON.parse(body));
  const found = { delivered, position: stream.position(consumer.name, 0) };
  await close();
  return found;
}

it('delivers what it gives up before it passes it, wherever it is killed', async () => {
  const directory = await temporaryDirectory();
  const database = await openDurableDatabase(directory);
  const settings = { partitionCount: 1, consumers: [] };
  await putTexts(await partitionedLogIn(database, { clock }).stream('insights', settings), ['poison']);
  await database.close();
  const poison = { KinesisBatchInfo: { startSequenceNumber: '1', endSequenceNumber: '1' } };

  await sendExhaustedAndDie(directory, 'before delivery');
  expect(await state(directory)).toEqual({ delivered: [], position: 0 });
  await sendExhaustedAndDie(directory, 'before checkpoint');
  expect(await state(directory)).toMatchObject({ delivered: [poison], position: 0 });
  // It may be there twice, since nobody knows that it was delivered; it is never missing.
  await sendExhaustedAndDie(directory, 'after checkpoint');
  expect(await state(directory)).toMatchObject({ delivered: [poison, poison], position: 1 });
});
