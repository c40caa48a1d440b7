import { expect, it } from 'vitest';
import { createBacklogLimit } from '../../../lib/pipeline/summarize/backlog-limit.ts';
import { SteppedTimers } from '../intent-outbox.ts';

const [current, late] = [{ isLate: false }, { isLate: true }] as const;

it.each([
  ['insights', { insights: 10, late: 9 }, { current: false, late: true, both: false }],
  ['late', { insights: 9, late: 10 }, { current: true, late: false, both: false }],
  ['neither stream', { insights: 9, late: 9 }, { current: true, late: true, both: true }],
])('holds back what goes to a stream on which too much waits: %s', async (_, waiting, expected) => {
  const backlogOf = (records: number) => ({ backlog: async () => ({ records, oldestPutAt: undefined }) });
  const streams = { insights: backlogOf(waiting.insights), late: backlogOf(waiting.late) };
  const limit = createBacklogLimit({ streams, timers: new SteppedTimers(), maxBacklogRecords: 10 });
  expect({
    current: await limit.allows([current]),
    late: await limit.allows([late]),
    both: await limit.allows([current, late]),
  }).toEqual(expected);
});
