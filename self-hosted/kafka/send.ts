import { ProduceAcks, Producer } from '@platformatic/kafka';
import { setTimeout as sleep } from 'node:timers/promises';
import { kafkaUnavailable } from './client/explain.ts';
import { clientOptions, type KafkaConnection } from './connection.ts';
import { partitionNumberOf } from './partition-of-key.ts';

export interface KafkaMessage {
  /** The topic's name in Kafka. */
  readonly topic: string;
  readonly key: string;
  readonly value: Uint8Array;
}

/** Puts messages on topics. All other code sends through it. */
export interface KafkaSender {
  /**
   * Sends messages. When it returns, all in-sync replicas have all of them; when it throws, some of them may have been
   * sent. Those of one key keep their order, unless a broker fails.
   * @throws Unavailable  Kafka cannot take them now; safe to repeat, since all consumers know what they have
   */
  send(messages: readonly KafkaMessage[]): Promise<void>;
  /** Ends the connections once the work under way has ended. */
  close(): Promise<void>;
}

interface ProducedMessage {
  readonly topic: string;
  readonly key: Buffer;
  readonly value: Buffer;
}

/** Messages of one call, or a part of them, that are sent together. */
interface Waiting {
  readonly messages: readonly ProducedMessage[];
  readonly bytes: number;
  readonly sent: () => void;
  readonly failed: (error: unknown) => void;
}

/** Records of one partition are one batch, whose size the topics limit to 4 MiB. */
const maxBytesAtOnce = 3 * 1024 * 1024;
/** Upper limit of a record's overhead in its batch. */
const bytesAroundRecord = 64;
/** Maximum number of concurrent requests; messages that arrive meanwhile share the next one. */
const maxRequests = 4;
/** Covers the election of new leaders after a broker has died. */
const maxSendMilliseconds = 20_000;

export function createSender(connection: KafkaConnection): KafkaSender {
  const producer = new Producer(clientOptions(connection));
  const waiting: Waiting[] = [];
  const running = new Set<Promise<void>>();

  /** Sends waiting messages, as many as fit into one request. */
  async function sendNext(): Promise<void> {
    const group: Waiting[] = [];
    let bytes = 0;
    for (let next = waiting[0]; next !== undefined; next = waiting[0]) {
      if (group.length > 0 && bytes + next.bytes > maxBytesAtOnce) break;
      group.push(next);
      bytes += next.bytes;
      waiting.shift();
    }
    try {
      await produce(
        producer,
        group.flatMap(({ messages }) => messages),
      );
      for (const { sent } of group) sent();
    } catch (error) {
      for (const { failed } of group) failed(error);
    }
  }

  function begin(): void {
    while (waiting.length > 0 && running.size < maxRequests) {
      const request = sendNext().finally(() => {
        running.delete(request);
        begin();
      });
      running.add(request);
    }
  }

  function sendTogether(messages: readonly ProducedMessage[]): Promise<void> {
    return new Promise((sent, failed) => {
      waiting.push({ messages, bytes: bytesOf(messages), sent, failed });
      begin();
    });
  }

  return {
    async send(messages) {
      // Copied now: the caller may change its bytes when it has the promise.
      const chunks = [...chunksOf(messages.map(toProduced))];
      for (const chunk of chunks) await sendTogether(chunk);
    },
    async close() {
      while (running.size > 0) await Promise.all(running);
      await producer.close(true);
    },
  };
}

async function produce(producer: Producer, messages: readonly ProducedMessage[]): Promise<void> {
  const waiting = new AbortController();
  const tooLate = sleep(maxSendMilliseconds, undefined, { signal: waiting.signal }).then(() => {
    throw new Error(`Kafka did not answer within ${maxSendMilliseconds / 1000} s.`);
  });
  // Set for each request: the client ignores this option of a producer, and would wait for the leader alone.
  const sent = producer.send({
    acks: ProduceAcks.ALL,
    messages: [...messages],
    partitioner: (_message, key) => partitionNumberOf(key ?? Buffer.alloc(0)),
  });
  try {
    await Promise.race([sent, tooLate]);
  } catch (cause) {
    sent.catch(() => undefined); // it may fail later than its deadline
    throw kafkaUnavailable('Kafka cannot take the records.', cause);
  } finally {
    tooLate.catch(() => undefined);
    waiting.abort();
  }
}

function toProduced({ topic, key, value }: KafkaMessage): ProducedMessage {
  return { topic, key: Buffer.from(key), value: Buffer.from(value) };
}

function* chunksOf(messages: readonly ProducedMessage[]): Generator<readonly ProducedMessage[]> {
  let chunk: ProducedMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = bytesOf([message]);
    if (chunk.length > 0 && bytes + size > maxBytesAtOnce) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(message);
    bytes += size;
  }
  if (chunk.length > 0) yield chunk;
}

function bytesOf(messages: readonly ProducedMessage[]): number {
  return messages.reduce(
    (sum, { key, value }) => sum + key.byteLength + value.byteLength + bytesAroundRecord,
    0,
  );
}
