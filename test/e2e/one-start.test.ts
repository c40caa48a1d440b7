import { describe } from 'vitest';
import { useEmulator } from './emulator.ts';
import { describeBodies } from './one-start/bodies.ts';
import { describeHttpContract } from './one-start/http-contract.ts';
import { describeLargeBodies } from './one-start/large-bodies.ts';
import { describeProtocols } from './one-start/protocols.ts';
import { describeReading } from './one-start/reading.ts';
import { describeSecondStart } from './one-start/second-start.ts';
import { describeSenderProtocols } from './one-start/sender-protocols.ts';

// One test file for all of them: a start takes seconds, and they need the default settings. Each uses its own customers.
const emulator = useEmulator();

// These look at the peak of memory, so nothing else has used much of it before.
describe('large bodies', () => {
  describeLargeBodies(emulator);
});
describe('bodies', () => {
  describeBodies(emulator);
});
describe('the HTTP contract', () => {
  describeHttpContract(emulator);
});
describe('protocols of collectors', () => {
  describeProtocols(emulator);
});
describe('protocols of log stores', () => {
  describeSenderProtocols(emulator);
});
describe('reading', () => {
  describeReading(emulator);
});
describe('a second start on the same data directory', () => {
  describeSecondStart(emulator);
});
