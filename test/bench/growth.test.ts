import { expect, it } from 'vitest';
import { growthOf } from '../../bench/sustained/growth.ts';

const sample = (ownMegabytes: number, openFiles = 100, lagMilliseconds = 30) => ({
  residentMegabytes: 2 * ownMegabytes,
  ownMegabytes,
  openFiles,
  lagMilliseconds,
  recordsWaiting: 0,
});
const quarter = (...megabytes: readonly number[]) => megabytes.map((own) => sample(own));

it('finds nothing where all stays as it was, but for the first quarter and single samples', () => {
  const quarters = [quarter(100, 150), quarter(300, 310), quarter(305, 900), quarter(320, 310, 308)];
  expect(growthOf(quarters)).toEqual([]);
});

it('names what has grown since the second quarter', () => {
  const quarters = [quarter(300), quarter(300), quarter(330), [sample(360, 130)]];
  expect(growthOf(quarters)).toEqual([
    'memory of its own, MB: 300 in the second quarter, 360 in the last',
    'open files: 100 in the second quarter, 130 in the last',
  ]);
});

it('says nothing of what could not be measured', () => {
  expect(growthOf([quarter(1), [sample(Number.NaN)], quarter(1), [sample(Number.NaN)]])).toEqual([]);
});
