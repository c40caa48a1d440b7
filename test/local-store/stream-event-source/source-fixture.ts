import type { KinesisStreamEvent } from 'aws-lambda';
import type { Consumer, LocalStream } from '../../../local-store/local-stream.ts';
import {
  parseStreamEventSettings,
  startStreamEventSource,
  type StreamEventSourceOptions,
} from '../../../local-store/stream-event-source.ts';
import { playedParts } from '../played-source.ts';
import { clock, openLog } from '../temporary-log.ts';

export const consumer: Consumer = { name: 'aggregate', startingPosition: 'TRIM_HORIZON' };
export const eventSourceArn = 'arn:aws:kinesis:eu-central-1:000000000000:stream/insights';
export const functionArn = 'arn:aws:lambda:eu-central-1:000000000000:function:aggregate';

/** Starts a source on the stream, whose function and timers the test plays. */
export function startSource(
  stream: LocalStream,
  settings: object = {},
  options: Partial<StreamEventSourceOptions> = {},
) {
  const { parts, stopAfterTest, ...played } = playedParts((event: KinesisStreamEvent) => ({
    event,
    /** The data of its records, in order. */
    texts: event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString()),
  }));
  const source = startStreamEventSource({
    stream,
    consumer: consumer.name,
    settings: parseStreamEventSettings({ type: 'kinesis', ...settings }),
    functionArn,
    eventSourceArn,
    region: 'eu-central-1',
    clock,
    random: () => 0,
    restMilliseconds: 0,
    ...parts,
    ...options,
  });
  stopAfterTest(source);
  return { source, ...played };
}

/** Opens a stream of one partition that only the test's source reads. */
export async function openStream(directory: string, partitionCount = 1): Promise<LocalStream> {
  const log = await openLog(directory);
  return log.stream('insights', { partitionCount, consumers: [consumer] });
}

/** Puts a record for each text, all under one key unless another is given. */
export function putTexts(stream: LocalStream, texts: readonly string[], partitionKey = 'key'): Promise<void> {
  return stream.put(texts.map((text) => ({ partitionKey, data: Buffer.from(text) })));
}
