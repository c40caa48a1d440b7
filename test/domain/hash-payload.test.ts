import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { hashInSteps } from '../../lib/domain/hash-payload.ts';

const mebibyte = 1_024 * 1_024;

it.each([
  [0, 0],
  [mebibyte, 0],
  [mebibyte + 1, 1],
  [3 * mebibyte, 2],
])('hashes %i bytes as at once, with %i turns of others', (length, turnsOfOthers) => {
  const body = Buffer.alloc(length, 'an access log ');
  const steps = hashInSteps('cus-1', body);
  let step = steps.next();
  let turns = 0;
  for (; step.done !== true; step = steps.next()) turns += 1;
  expect(step.value).toBe(createHash('sha256').update('cus-1\n').update(body).digest('hex'));
  expect(turns).toBe(turnsOfOthers);
});
