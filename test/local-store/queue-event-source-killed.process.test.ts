import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { dyingQueues, visibilityTimeoutSeconds } from './queue-event-source/dying-queues.ts';
import { openFixture } from './queues/queue-fixture.ts';
import { temporaryDirectory } from './temporary-log.ts';

/** Returns the output of a process that receives until it dies, or until a message is a dead letter. */
async function receiveAndDie(directory: string, seconds: number): Promise<string> {
  const script = fileURLToPath(new URL('./queue-event-source/dying-receiver.ts', import.meta.url));
  const receiver = spawn(process.execPath, ['--import', 'tsx', script, directory, String(seconds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return text(receiver.stdout);
}

it('makes a dead letter of a message that kills its process each time', async () => {
  const directory = await temporaryDirectory();
  const before = await openFixture(directory, dyingQueues);
  await before.queues.queue('verify').send('poison');
  const sentSeconds = before.clock.now().getTime() / 1000;
  await before.close();

  const printed: string[] = [];
  for (let run = 0; run < 4; run += 1)
    printed.push(await receiveAndDie(directory, sentSeconds + run * visibilityTimeoutSeconds));
  expect(printed).toEqual(['poison 1\n', 'poison 2\n', 'poison 3\n', '']);

  const { queues } = await openFixture(directory, dyingQueues);
  expect([...queues.queue('verify').list()]).toEqual([]);
  expect([...queues.queue('failed').list()]).toMatchObject([
    { body: 'poison', receiveCount: 3, sourceQueue: 'verify' },
  ]);
});
