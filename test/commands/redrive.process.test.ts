import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { untilNotified } from '../until-notified.ts';
import { findDeadLetters } from '../../commands/dead-letters/find-dead-letters.ts';
import { openLocalPlaces } from '../../commands/dead-letters/local-places.ts';
import { redrive } from '../../commands/dead-letters/redrive.ts';
import { minuteKey } from '../../lib/domain/keys.ts';
import { encodePartial } from '../../lib/domain/partial.ts';
import { decodeWindow } from '../../lib/domain/window-format.ts';
import { aggregate } from '../../lib/pipeline/aggregate/aggregate.ts';
import { type LocalStore } from '../../local-store/open-local-store.ts';
import { foldingLimits as limits, receivedRecord, windowPartial } from '../factories.ts';
import { temporaryDirectory } from './counted-directory.ts';
import { runCommand } from './run-command.ts';
import {
  verifyQueue,
  batch,
  clock,
  inStore,
  directoryWithFailed,
  moveToDeadLetters,
  recordsIn,
  dataIn,
  list,
  onlyId,
  forgedPartial,
  stream,
  maxReceiveCount,
} from './dead-letter-directory.ts';

describe('npm run dead-letters -- redrive', () => {
  it('puts a record on its stream again, and then removes it', async () => {
    const directory = await directoryWithFailed(forgedPartial, Buffer.from([0, 255]));
    const [first] = await list(directory);
    const { exitCode, stdout } = await runCommand(
      'dead-letters',
      'redrive',
      first?.id ?? '',
      '--data-dir',
      directory,
    );
    expect(stdout).toContain(`${first?.id}  redriven to ${stream}\n1 of 1 dead letters were redriven.`);
    expect(exitCode).toBe(0);
    expect(await list(directory)).toHaveLength(1);

    const all = await runCommand('dead-letters', 'redrive', '--all', '--data-dir', directory);
    expect(all.exitCode).toBe(0);
    expect(await list(directory)).toEqual([]);
    await inStore(directory, async (store) => {
      expect(dataIn(store)).toEqual([forgedPartial, Buffer.from([0, 255])]);
      expect(recordsIn(store)[0]?.partitionKey).toBe('cus-axon/2025-12-28T18:03:00Z');
      expect([...store.queue('log-analytics-pipeline-dev-failed-records').list()]).toEqual([]);
    });
  });

  it('counts a record once if it is killed between putting it again and removing it', async () => {
    const directory = await temporaryDirectory();
    const counts = { requestsByPath: { 'GET /': 2 }, requestsByUserAgent: { Chrome: 2 } };
    const partial = windowPartial({ id: 1, counts });
    const window = minuteKey(partial.customerId, partial.windowStart);
    const recordOf = (data: Buffer, index: number) => ({ ...receivedRecord(String(index), data), stream });
    const count = (store: LocalStore, ...data: readonly Buffer[]) =>
      aggregate(data.map(recordOf), { store: store.objects, clock }, limits);
    await inStore(directory, async (store) => {
      await store.objects.put(window, Buffer.from('damaged'), { ifNoneMatch: '*' });
      expect((await count(store, encodePartial(partial))).kept).toHaveLength(1);
      await store.objects.delete(window);
    });

    const places = await openLocalPlaces(directory, { clock, stderr: process.stderr });
    const kill = () => Promise.reject(new Error('It was killed.'));
    for await (const letter of findDeadLetters(places)) {
      const killing = { ...places, store: { ...places.store, delete: kill } };
      const killed = redrive(letter, killing, () => undefined);
      await expect(killed).rejects.toThrow('It was killed.');
    }
    await places.close();

    const { stdout } = await runCommand('dead-letters', 'redrive', '--all', '--data-dir', directory);
    expect(stdout).toContain('1 of 1 dead letters were redriven.');
    await inStore(directory, async (store) => {
      const redriven = dataIn(store);
      expect(redriven).toEqual([encodePartial(partial), encodePartial(partial)]);
      await count(store, ...redriven);
      const object = (await store.objects.get(window)) ?? expect.fail('nothing was counted');
      expect(decodeWindow(object.body)).toMatchObject({ requests: 2, batches: 1 });
    });
  });

  it('lists a record without its message, and removes a message without its record', async () => {
    const directory = await directoryWithFailed(forgedPartial);
    await rm(join(directory, 'objects/failed'), { recursive: true });
    expect(await list(directory)).toMatchObject([
      { cause: 'the record is gone; a redrive removes its message' },
    ]);
    await runCommand('dead-letters', 'redrive', '--all', '--data-dir', directory);
    expect(await list(directory)).toEqual([]);

    await inStore(directory, async (store) => {
      const record = { stream, partition: 'p', sequenceNumber: '7', partitionKey: 'k', data: forgedPartial };
      await aggregate([record], { store: store.objects, clock }, limits);
      const queue = store.queue('log-analytics-pipeline-dev-failed-records');
      await untilNotified(queue);
      await queue.delete([...queue.list()]);
    });
    expect(await list(directory)).toMatchObject([{ queue: '', what: `${stream} p 7` }]);
  });

  it('leaves a record as it is if its stream no longer exists', async () => {
    const directory = await directoryWithFailed(forgedPartial);
    await inStore(directory, async (store) => {
      const record = {
        stream: 'gone',
        partition: 'p',
        sequenceNumber: '7',
        partitionKey: 'k',
        data: forgedPartial,
      };
      await aggregate([record], { store: store.objects, clock }, limits);
    });
    const { exitCode, stdout } = await runCommand(
      'dead-letters',
      'redrive',
      '--all',
      '--data-dir',
      directory,
    );
    expect(exitCode).toBe(1);
    expect(stdout).toContain('NOT redriven: There is no stream "gone"');
    expect(stdout).toContain('1 of 2 dead letters were redriven.');
    expect(await list(directory)).toHaveLength(1);
  });

  it('gives the notification of a batch back to the queue that gave it up', async () => {
    const directory = await temporaryDirectory();
    await inStore(directory, (store) => moveToDeadLetters(store));
    expect(await list(directory)).toMatchObject([
      {
        queue: 'log-analytics-pipeline-dev-unverified-batches',
        what: batch,
        cause: `received ${maxReceiveCount} times from ${verifyQueue}`,
      },
    ]);
    const id = await onlyId(directory);
    const shown = await runCommand('dead-letters', 'show', id, '--data-dir', directory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      kind: 'dead-message',
      message: { receiveCount: maxReceiveCount, sourceQueue: verifyQueue },
      objects: { [batch]: { unreadable: 'A batch is damaged: it is not JSON.' } },
    });
    const { stdout } = await runCommand('dead-letters', 'redrive', id, '--data-dir', directory);
    expect(stdout).toContain(`redriven to ${verifyQueue}`);
    expect(await list(directory)).toEqual([]);
    await inStore(directory, async (store) => {
      expect([...store.queue(verifyQueue).list()]).toMatchObject([{ receiveCount: 0 }]);
    });
  });

  it('shows a minute whose hour could not be recomputed, and gives its notification back', async () => {
    const directory = await temporaryDirectory();
    const minute = 'aggregates/minute/cus-axon/2025/12/28/18/03.json';
    await inStore(directory, (store) =>
      moveToDeadLetters(store, minute, 'log-analytics-pipeline-dev-roll-up'),
    );
    expect(await list(directory)).toMatchObject([
      { queue: 'log-analytics-pipeline-dev-failed-roll-ups', what: minute },
    ]);
    const id = await onlyId(directory);
    const shown = await runCommand('dead-letters', 'show', id, '--data-dir', directory);
    expect(JSON.parse(shown.stdout)).toMatchObject({
      objects: { [minute]: { unreadable: 'A window is damaged: it ends too early.' } },
    });
    const { stdout } = await runCommand('dead-letters', 'redrive', id, '--data-dir', directory);
    expect(stdout).toContain('redriven to log-analytics-pipeline-dev-roll-up');
  });

  it('refuses to redrive while somebody owns the directory, but lists', async () => {
    const directory = await directoryWithFailed(forgedPartial);
    await inStore(directory, async () => {
      const { exitCode, stderr } = await runCommand(
        'dead-letters',
        'redrive',
        '--all',
        '--data-dir',
        directory,
      );
      expect(stderr).toContain(`in use by process ${process.pid}`);
      expect(exitCode).toBe(2);
      expect(await list(directory)).toHaveLength(1);
    });
  });
});
