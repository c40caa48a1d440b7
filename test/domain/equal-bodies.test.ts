import { describe, expect, it } from 'vitest';
import { looksLikeEqualBody, suspect, type Suspicions } from '../../lib/domain/equal-bodies.ts';

const first = { sender: '192.0.2.1 fluent-bit', at: 1_000_000 };
const hour = 3_600_000;

describe('looksLikeEqualBody', () => {
  it.each([
    ['a retry of the same client', { ...first, at: first.at + 1_000 }, false],
    ['a retry after an hour', { ...first, at: first.at + hour }, false],
    ['a body that arrives with the first one', { ...first, at: first.at + 3 }, true],
    ['a body that arrived before the first one was answered', { ...first, at: first.at - 3 }, true],
    ['a body of another address', { sender: '192.0.2.2 fluent-bit', at: first.at + hour }, true],
    ['a body of another agent', { sender: '192.0.2.1 curl', at: first.at + hour }, true],
  ])('judges %s', (_name, again, expected) => {
    expect(looksLikeEqualBody(first, again)).toBe(expected);
  });
});

describe('suspect', () => {
  const warningsAt = (times: readonly number[]) => {
    let suspicions: Suspicions | undefined;
    return times.filter((at) => {
      const result = suspect(suspicions, at);
      ({ suspicions } = result);
      return result.isWarningDue;
    });
  };

  it('warns of the fifth within an hour, and then not before the next hour', () => {
    const times = Array.from({ length: 40 }, (_, n) => n * 100_000);
    expect(warningsAt(times)).toEqual([400_000]);
    expect(warningsAt([...times, hour, hour + 1, hour + 2, hour + 3, hour + 4])).toHaveLength(2);
  });

  it('does not warn of a few in each hour', () => {
    expect(warningsAt(Array.from({ length: 40 }, (_, n) => (n * hour) / 4))).toEqual([]);
  });
});
