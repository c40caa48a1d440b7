import { expect, it } from 'vitest';
import { emulatedFunctions } from '../../../local-store/emulator/emulated-functions.ts';

const functions = {
  aggregate: { handler: 'a.handler', name: 'a', events: [{ stream: { batchSize: 500, batchWindow: 5 } }] },
  verify: { handler: 'v.handler', name: 'v', events: [{ sqs: { maximumBatchingWindow: 60 } }] },
  query: { handler: 'q.handler', name: 'q', events: [{ httpApi: { method: 'GET', path: '/' } }] },
};

it('gives event sources the settings that they have under the emulator', () => {
  const settings = { aggregate: { batchWindow: 0 }, verify: { maximumBatchingWindow: 1 } };
  const emulated = emulatedFunctions(functions, settings);

  expect(emulated['aggregate']?.events).toEqual([{ stream: { batchSize: 500, batchWindow: 0 } }]);
  expect(emulated['verify']?.events).toEqual([{ sqs: { maximumBatchingWindow: 1 } }]);
  expect(emulated['query']).toEqual(functions.query);
});

it.each(['nobody', 'query'])('refuses settings for what has no event source: %s', (functionKey) => {
  expect(() => emulatedFunctions(functions, { [functionKey]: { batchWindow: 0 } })).toThrow(
    `custom.emulator.events has settings for "${functionKey}"`,
  );
});
