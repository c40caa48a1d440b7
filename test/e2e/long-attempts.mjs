// Loaded into the emulator with `--import`: after a SIGUSR2, each reading of the steady clock is a quarter of an hour
// later, and waits shorter than any function's time-out end at once. So a night of attempts passes in a moment.
import { syncBuiltinESMExports } from 'node:module';
import timers from 'node:timers/promises';

const quarterOfAnHour = 15 * 60 * 1_000;
const shortestTimeout = 10_000;
const now = performance.now.bind(performance);
const { setTimeout } = timers;
let skipped = 0;

process.on('SIGUSR2', () => {
  performance.now = () => now() + (skipped += quarterOfAnHour);
  timers.setTimeout = (milliseconds, ...others) =>
    setTimeout(milliseconds < shortestTimeout ? 0 : milliseconds, ...others);
  syncBuiltinESMExports();
});
