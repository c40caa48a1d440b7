import { describe, expect, it, onTestFinished } from 'vitest';
import type { ObjectKey } from '../../../lib/domain/keys.ts';
import { NewerFormat, Unavailable, UnreadableFormat } from '../../../lib/errors.ts';
import { notifiedKeys } from '../../../lib/domain/notification.ts';
import { openDeadLetterTopic } from '../../kafka/dead-letters/dead-letter-topic.ts';
import { decodeDelayed, encodeMessage } from '../../kafka/queue-sources/messages.ts';
import { createSender, type KafkaSender } from '../../kafka/send.ts';
import { createTopicOffsets } from '../../kafka/topic-offsets.ts';
import { groupName } from '../../kafka/topics.ts';
import { createFreshTopics } from './fresh-topics.ts';
import { readAll } from './read-all.ts';

const keyOf = (name: string) => `batches/cus-axon/k-${name}` as ObjectKey;

/** Opens a topic with a dead letter for each name. */
async function openTopic({ letters }: { readonly letters: readonly string[] }) {
  const fresh = await createFreshTopics(['dead-letters', 'verify-60'], { partitions: 1 });
  const { connection, nameOf } = fresh;
  const sender = createSender(connection);
  const offsets = createTopicOffsets(connection);
  onTestFinished(async () => {
    await Promise.all([sender.close(), offsets.close()]);
    await fresh.remove();
  });
  const topic = nameOf('dead-letters');
  await sender.send(
    letters.map((name) => {
      const message = { key: keyOf(name), firstAt: 1_000, attempts: 14, queue: 'verify', cause: 'why' };
      return { topic, key: message.key, value: encodeMessage(message) };
    }),
  );
  return {
    topic,
    sender,
    open: (ownSender: Pick<KafkaSender, 'send'> = sender) =>
      openDeadLetterTopic({ connection, sender: ownSender, offsets }),
    /** Returns what `verify` gets. */
    givenBack: async () =>
      (await readAll(connection, nameOf('verify-60'))).map(({ value }) => decodeDelayed(value)),
    /** Returns the number of records that may be deleted. */
    position: async () =>
      (await offsets.committed(groupName(connection, 'dead-letters'), topic)).get(0) ?? 0n,
    end: async () => (await offsets.ends(topic)).get(0),
  };
}

describe('the topic of dead letters', () => {
  it('lists letters until they are given back to verify, one by one and in any order', async () => {
    const topic = await openTopic({ letters: ['a', 'b', 'c'] });
    const first = topic.open();
    const listed = await first.list();
    expect(listed.map(({ id, body }) => [id, ...(notifiedKeys(body) ?? [])])).toEqual([
      ['0-0', keyOf('a')],
      ['0-1', keyOf('b')],
      ['0-2', keyOf('c')],
    ]);
    expect(listed[0]).toMatchObject({
      receiveCount: 14,
      sourceQueue: 'verify',
      firstReceivedAt: new Date(1_000),
    });
    expect(await first.giveBack('0-1')).toBe(true);
    await first.close();
    expect(await topic.position()).toBe(0n); // the first letter is needed still

    const second = topic.open();
    expect((await second.list()).map(({ id }) => id)).toEqual(['0-0', '0-2']);
    expect(await second.giveBack('0-1')).toBe(false);
    expect(await second.giveBack('0-0')).toBe(true);
    await second.close();
    expect(await topic.position()).toBe(2n);

    const third = topic.open();
    expect(await third.giveBack('0-2')).toBe(true);
    await third.close();
    expect(await topic.position()).toBe(await topic.end());
    expect(await topic.givenBack()).toEqual(
      ['b', 'a', 'c'].map((name) => ({ key: keyOf(name), firstAt: 1_000, attempts: 1 })),
    );
  });

  it('keeps a letter whose note could not be written, so that it is given back twice rather than never', async () => {
    const topic = await openTopic({ letters: ['a'] });
    const dying: Pick<KafkaSender, 'send'> = {
      async send(messages) {
        if (messages.some((message) => message.topic === topic.topic)) throw new Unavailable('died');
        await topic.sender.send(messages);
      },
    };
    const first = topic.open(dying);
    await expect(first.giveBack('0-0')).rejects.toBeInstanceOf(Unavailable);
    await first.close();

    const second = topic.open();
    expect(await second.list()).toHaveLength(1);
    expect(await second.giveBack('0-0')).toBe(true);
    await second.close();
    expect(await topic.givenBack()).toHaveLength(2);
    const third = topic.open();
    expect(await third.list()).toEqual([]);
    await third.close();
  });

  it('lists a damaged letter, leaves it until it is discarded, and gives back those behind it', async () => {
    const topic = await openTopic({ letters: [] });
    await topic.sender.send([{ topic: topic.topic, key: 'x', value: Buffer.from('{"formatVersion":1}') }]);
    const message = { key: keyOf('a'), firstAt: 1_000, attempts: 14, queue: 'verify', cause: 'why' };
    await topic.sender.send([{ topic: topic.topic, key: 'x', value: encodeMessage(message) }]);
    const opened = topic.open();
    expect((await opened.list()).map(({ body }) => body.slice(0, 19))).toEqual([
      '{"formatVersion":1}',
      expect.any(String),
    ]);
    await expect(opened.giveBack('0-0')).rejects.toBeInstanceOf(UnreadableFormat);
    expect(await opened.giveBack('0-1')).toBe(true);
    await opened.close();
    expect(await topic.position()).toBe(0n);

    const discarding = topic.open();
    await discarding.discard('0-0');
    await discarding.discard('0-0'); // killed after the first note, it is noted twice
    await discarding.close();
    expect(await topic.position()).toBe(await topic.end());
    const empty = topic.open();
    expect(await empty.list()).toEqual([]);
    await empty.close();
  });

  it('does not discard a letter of a newer version', async () => {
    const topic = await openTopic({ letters: [] });
    await topic.sender.send([{ topic: topic.topic, key: 'x', value: Buffer.from('{"formatVersion":99}') }]);
    const opened = topic.open();
    await expect(opened.discard('0-0')).rejects.toBeInstanceOf(NewerFormat);
    expect(await opened.list()).toHaveLength(1);
    await opened.close();
  });
});
