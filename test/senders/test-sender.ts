import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { useEmulator } from '../e2e/emulator.ts';
import { accessLog, badLine } from './access-log.ts';
import { countsAfter, missingOf, withDelivery } from './delivery.ts';
import type { Sender, SenderKind } from './sender.ts';

const { lines, requestsByPath } = accessLog(10_000);
const half = lines.length / 2;

export interface SenderPromises {
  /** True if a repetition after a lost answer has the same lines as before, so that it counts once. */
  readonly keepsBatches: boolean;
  /** True if it forms new batches after each failure, and so may count lines twice. */
  readonly repeatsAnew?: boolean;
}

/** Tests a sender against a pipeline of its own. Each sender has a file, so that several run at once: they mostly wait. */
export function testSender(kind: SenderKind, { keepsBatches, repeatsAnew = false }: SenderPromises): void {
  const emulator = useEmulator();

  it('sends each line of a log once', async () => {
    await withDelivery(kind, emulator, async (delivery) => {
      await delivery.write(lines);
      expect(await countsAfter(delivery, requestsByPath)).toEqual(requestsByPath);
    });
  });

  it('sends 60,000 lines that were there before it with its batches as they are', async () => {
    const large = accessLog(60_000);
    await withDelivery(kind, emulator, async (delivery) => {
      await delivery.write(large.lines);
      expect(await countsAfter(delivery, large.requestsByPath)).toEqual(large.requestsByPath);
    });
  });

  it('repeats what was answered 503', async () => {
    await withDelivery(kind, emulator, async (delivery) => {
      delivery.proxy.harm('answer 503', 3);
      await delivery.write(lines);
      const counts = await countsAfter(delivery, requestsByPath);
      if (!repeatsAnew) expect(counts).toEqual(requestsByPath);
      expect(missingOf(requestsByPath, counts)).toEqual([]);
    });
  });

  it('loses nothing when answers are lost', async () => {
    await withDelivery(kind, emulator, async (delivery) => {
      delivery.proxy.harm('lose the answer', 2);
      await delivery.write(lines);
      const counts = await countsAfter(delivery, requestsByPath);
      if (keepsBatches) expect(counts).toEqual(requestsByPath);
      expect(missingOf(requestsByPath, counts)).toEqual([]);
    });
  });

  it('is not held up by a line that is not an access-log line', async () => {
    await withDelivery(kind, emulator, async (delivery) => {
      await delivery.write([...lines.slice(0, half), badLine, ...lines.slice(half)]);
      expect(await countsAfter(delivery, requestsByPath)).toEqual(requestsByPath);
    });
  });

  it('loses nothing when the pipeline is killed', async () => {
    await withDelivery(kind, emulator, async (delivery) => {
      await delivery.write(lines.slice(0, half));
      await emulator.end('SIGKILL');
      await delivery.write(lines.slice(half));
      await emulator.start();
      const counts = await countsAfter(delivery, requestsByPath);
      if (keepsBatches) expect(counts).toEqual(requestsByPath);
      expect(missingOf(requestsByPath, counts)).toEqual([]);
    });
  });

  it('loses nothing when the sender is killed with a batch that was refused', async () => {
    await withDelivery(kind, emulator, async (delivery) => {
      const { proxy, sender } = delivery;
      await delivery.write(lines.slice(0, half));
      await until(() => proxy.answered() > 0, sender);
      proxy.harm('answer 503', 2);
      await delivery.write(lines.slice(half));
      await until(() => proxy.harmLeft() < 2, sender);
      await sender.end('SIGKILL');
      await sender.start();
      const counts = await countsAfter(delivery, requestsByPath);
      expect(missingOf(requestsByPath, counts)).toEqual([]);
    });
  });
}

async function until(condition: () => boolean, sender: Sender): Promise<void> {
  while (!condition()) {
    sender.requireRunning();
    await sleep(20);
  }
}
