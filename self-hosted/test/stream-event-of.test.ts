import { expect, it } from 'vitest';
import { streamEventOf } from '../stream-event-of.ts';

it.each(['aggregate', 'aggregateLate'])('takes the settings of %s from serverless.yml', (functionKey) => {
  expect(streamEventOf(functionKey)).toMatchObject({
    batchSize: 500,
    batchWindowSeconds: 0,
    bisectsOnError: true,
    reportsItemFailures: true,
  });
});

it('names a function that has no stream', () => {
  expect(() => streamEventOf('ingest')).toThrow('The function ingest of serverless.yml has no stream.');
});
