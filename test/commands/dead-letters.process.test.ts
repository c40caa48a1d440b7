import { describe, expect, it } from 'vitest';
import type { DeadLetter } from '../../commands/dead-letters/dead-letter.ts';
import { findDeadLetters } from '../../commands/dead-letters/find-dead-letters.ts';
import { InMemoryObjectStore } from '../../lib/adapters/in-memory-object-store.ts';
import { type ObjectKey } from '../../lib/domain/keys.ts';
import { notifiedKeys } from '../../lib/domain/notification.ts';
import { keepFailedRollUp } from '../../lib/pipeline/roll-up/failed-roll-ups.ts';
import { temporaryDirectory } from './counted-directory.ts';
import { runCommand } from './run-command.ts';
import {
  verifyQueue,
  inStore,
  directoryWithFailed,
  failInvocation,
  dataIn,
  list,
  onlyId,
  forgedPartial,
  stream,
  clock,
} from './dead-letter-directory.ts';

describe('npm run dead-letters', () => {
  it('lists and shows a failed record', async () => {
    const directory = await directoryWithFailed(forgedPartial);
    const { exitCode, stdout } = await runCommand('dead-letters', '--data-dir', directory);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/^ID +SINCE +QUEUE +WHAT +CAUSE\n/);
    expect(stdout).toContain('log-analytics-pipeline-dev-failed-records');
    expect(stdout).toContain(`${stream} shardId-000000000003 0`);
    expect(stdout).toContain('A stream record is damaged: requestsByUserAgent adds up to 0');

    const id = await onlyId(directory);
    const shown = await runCommand('dead-letters', 'show', id, '--data-dir', directory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      id,
      kind: 'failed-record',
      stream,
      partitionKey: 'cus-axon/2025-12-28T18:03:00Z',
      text: forgedPartial.toString(),
      messages: [{ queue: 'log-analytics-pipeline-dev-failed-records' }],
    });
  });

  it('lists, shows and puts back records that an event source gave up', async () => {
    const directory = await temporaryDirectory();
    await inStore(directory, (store) => failInvocation(store, forgedPartial, Buffer.from([0, 255])));
    expect(await list(directory)).toMatchObject([
      {
        queue: 'log-analytics-pipeline-dev-failed-records',
        what: `${stream} shardId-000000000003 0–1`,
        cause: 'the function aggregate died of it (RecordAgeExceeded, 7 attempts)',
      },
    ]);
    const id = await onlyId(directory);
    const shown = await runCommand('dead-letters', 'show', id, '--data-dir', directory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      kind: 'failed-invocation',
      stream,
      records: [
        { sequenceNumber: '0', partitionKey: 'key', text: forgedPartial.toString() },
        { sequenceNumber: '1', base64: 'AP8=' },
      ],
      messages: [{ queue: 'log-analytics-pipeline-dev-failed-records' }],
    });
    const redriven = await runCommand('dead-letters', 'redrive', id, '--data-dir', directory);
    expect(redriven.stdout).toContain(`${id}  redriven to ${stream}`);
    expect(await list(directory)).toEqual([]);
    await inStore(directory, async (store) => {
      expect(dataIn(store)).toEqual([forgedPartial, Buffer.from([0, 255])]);
      expect([...store.queue('log-analytics-pipeline-dev-failed-records').list()]).toEqual([]);
    });
  });

  it('has roll-up look again at a window that it could not recompute, and leaves the record to roll-up', async () => {
    const directory = await temporaryDirectory();
    const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json' as ObjectKey;
    const window = 'aggregates/hour/cus-axon/2025/12/28/18.json' as ObjectKey;
    await inStore(directory, async ({ objects: store }) => {
      await keepFailedRollUp({ window, minute, error: new Error('A window is damaged.') }, { store, clock });
    });
    expect(await list(directory)).toMatchObject([
      {
        queue: 'log-analytics-pipeline-dev-failed-records',
        what: 'roll-up cus-axon hour-2025-12-28-18',
        cause: `${window} cannot be recomputed. A window is damaged.`,
      },
    ]);
    const id = await onlyId(directory);
    const redriven = await runCommand('dead-letters', 'redrive', id, '--data-dir', directory);
    expect(redriven.stdout).toContain(`${id}  redriven to roll-up`);
    await inStore(directory, async (store) => {
      const queue = store.queue('log-analytics-pipeline-dev-roll-up');
      expect([...queue.list()].map(({ body }) => notifiedKeys(body))).toEqual([[minute]]);
    });
    expect(await list(directory)).toMatchObject([{ id, queue: '' }]);
  });

  it('leaves the records of a failed invocation as they are if their object is damaged', async () => {
    const directory = await temporaryDirectory();
    const [damaged, empty] = ['aws/lambda/damaged' as ObjectKey, 'aws/lambda/empty' as ObjectKey];
    await inStore(directory, async (store) => {
      await store.objects.put(damaged, Buffer.from('{"version":'), { ifNoneMatch: '*' });
      await store.objects.put(empty, Buffer.from('{"version":"1.0"}'), { ifNoneMatch: '*' });
    });
    expect(await list(directory)).toMatchObject([
      { what: damaged, cause: 'A record of an invocation is damaged: it is not JSON.' },
      { what: empty, cause: expect.stringContaining('A record of an invocation is damaged: ✖') as string },
    ]);
    const all = await runCommand('dead-letters', 'redrive', '--all', '--data-dir', directory);
    expect(all.stdout).toContain('0 of 2 dead letters were redriven.');
    expect(all.exitCode).toBe(1);
    expect(await list(directory)).toHaveLength(2);

    const [first] = await list(directory);
    const id = String(first?.id);
    const looked = await runCommand('dead-letters', 'discard', id, '--data-dir', directory);
    expect(looked.stdout).toMatch(
      /"key": "aws\/lambda\/damaged"(.|\n)*Nothing was removed\. .* add --yes\.\n$/,
    );
    const removed = await runCommand('dead-letters', 'discard', id, '--yes', '--data-dir', directory);
    expect(removed).toMatchObject({ exitCode: 0, stdout: `${id}  removed: ${damaged}\n` });
    expect(await list(directory)).toMatchObject([{ what: empty }]);
  });

  it('lists a message that was given up because it is not valid', async () => {
    const body = '{"Records":[{"s3":{"object":{"key":"batches/cus-axon/k-%zz"}}}]}';
    const at = clock.now();
    const times = { sentAt: at, visibleAt: at, firstReceivedAt: at };
    const message = { id: '1', body, ...times, receiveCount: 1_000, sourceQueue: verifyQueue };
    const places = { queueNames: ['unverified'], hasQueuesOfWork: false, messagesOf: () => [message] };
    const letters: DeadLetter[] = [];
    for await (const letter of findDeadLetters({ ...places, store: new InMemoryObjectStore() })) {
      letters.push(letter);
    }
    expect(letters).toMatchObject([{ kind: 'dead-message', keys: [], message: { body } }]);
  });

  it('reports an unknown dead letter', async () => {
    const directory = await directoryWithFailed();
    expect((await runCommand('dead-letters', '--data-dir', directory)).stdout).toBe(
      'There are no dead letters.\n',
    );
    for (const action of ['show', 'redrive']) {
      const { exitCode, stderr } = await runCommand(
        'dead-letters',
        action,
        'nobody',
        '--data-dir',
        directory,
      );
      expect(stderr).toContain('There is no dead letter nobody.');
      expect(exitCode).toBe(1);
    }
  });
});
