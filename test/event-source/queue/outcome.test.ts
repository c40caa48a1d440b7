import { describe, expect, it } from 'vitest';
import { reportedOutcome } from '../../../event-source/queue/outcome.ts';

const ids = new Set(['a', 'b', 'c']);

describe('what a function reports of its messages', () => {
  it.each([undefined, null, {}, { batchItemFailures: null }, { batchItemFailures: [] }])(
    'is that all are done: %j',
    (response) => {
      expect(reportedOutcome(response, ids)).toEqual({ kind: 'done' });
    },
  );

  it('is that some are not', () => {
    const response = { batchItemFailures: ['c', 'a', 'c'].map((itemIdentifier) => ({ itemIdentifier })) };
    expect(reportedOutcome(response, ids)).toEqual({ kind: 'partly done', failed: new Set(['a', 'c']) });
  });

  it.each([
    'done',
    5,
    [],
    { batchItemFailures: 'a' },
    { batchItemFailures: [{}] },
    { batchItemFailures: [{ itemIdentifier: '' }] },
    { batchItemFailures: [{ itemIdentifier: null }] },
    { batchItemFailures: [{ messageId: 'a' }] },
    { batchItemFailures: [{ itemIdentifier: 'a' }, { itemIdentifier: 'd' }] },
  ])('is that nothing is known to be done, as AWS takes it: %j', (response) => {
    expect(reportedOutcome(response, ids)).toMatchObject({ kind: 'failed' });
  });
});
