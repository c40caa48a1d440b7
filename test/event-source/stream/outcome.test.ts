import { describe, expect, it } from 'vitest';
import { reportedOutcome } from '../../../event-source/stream/outcome.ts';

const batch = ['9', '10', '11', '12'];

function failures(...identifiers: readonly unknown[]) {
  return { batchItemFailures: identifiers.map((itemIdentifier) => ({ itemIdentifier })) };
}

describe('the answer of a function that reports its failures', () => {
  it.each([
    ['null', null],
    ['nothing', undefined],
    ['an empty object', {}],
    ['an object about something else', { statusCode: 200 }],
    ['an empty list', { batchItemFailures: [] }],
    ['null in place of the list', { batchItemFailures: null }],
  ])('means success when it is %s', (_, response) => {
    expect(reportedOutcome(response, batch)).toEqual({ kind: 'done' });
  });

  it('sets the place to go on to the lowest number that it names, whatever their order', () => {
    expect(reportedOutcome(failures('12', '10'), batch)).toMatchObject({ kind: 'partly done', done: 1 });
    expect(reportedOutcome(failures('9'), batch)).toMatchObject({ kind: 'partly done', done: 0 });
  });

  it.each([
    ['an unknown number', failures('10', '13')],
    ['an empty identifier', failures('')],
    ['an identifier that is null', failures(null)],
    ['an identifier that is a number', failures(10)],
    ['a misspelled identifier', { batchItemFailures: [{ itemIdentifer: '10' }] }],
    ['a list that is no list', { batchItemFailures: '10' }],
    ['a text', 'ok'],
  ])('means that the whole batch failed when there is %s', (_, response) => {
    expect(reportedOutcome(response, batch)).toMatchObject({ kind: 'failed' });
  });
});
