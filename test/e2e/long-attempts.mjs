// Loaded into the emulator by `--import`: from a SIGUSR2 on, each time that the steady clock is read a quarter of an hour has
// passed, and waits are over at once which are shorter than any function's time-out. So a night of attempts goes by in a moment.
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
