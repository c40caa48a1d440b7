import { describe, expect, it, onTestFinished } from 'vitest';
import { Unavailable } from '../../../lib/errors.ts';
import { createSender } from '../../kafka/send.ts';
import { createFreshTopics } from './fresh-topics.ts';
import { readAll } from './read-all.ts';

describe('a sender', () => {
  it('splits what is larger than a topic takes at once, and keeps the order', async () => {
    const { connection, nameOf, remove } = await createFreshTopics(['insights'], { partitions: 1 });
    const sender = createSender(connection);
    onTestFinished(async () => {
      await sender.close();
      await remove();
    });
    const bodies = Array.from({ length: 12 }, (_, number) => Buffer.alloc(1_000_000, number));
    await sender.send(bodies.map((value) => ({ topic: nameOf('insights'), key: 'one', value })));
    const there = await readAll(connection, nameOf('insights'));
    expect(there.map(({ value }) => value[0])).toEqual(bodies.map(([first]) => first));
  });

  it('reports a topic that does not exist as unavailable', async () => {
    const { connection, remove } = await createFreshTopics(['insights'], { partitions: 1 });
    const sender = createSender(connection);
    onTestFinished(async () => {
      await sender.close();
      await remove();
    });
    const topic = `${connection.prefix}nowhere`;
    await expect(sender.send([{ topic, key: 'a', value: Buffer.from('x') }])).rejects.toBeInstanceOf(
      Unavailable,
    );
  });
});
