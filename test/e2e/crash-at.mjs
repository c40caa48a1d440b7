// Loaded into the emulator with `--import`: kills it, like a power cut, at an operation of the local store.
//   CRASH_AT   '<phase> <operation> <beginning of its target>', such as 'after put object batches/'
//   CRASH_NTH  which of these operations, from 1
import { subscribe } from 'node:diagnostics_channel';

const [phase, ...words] = (process.env.CRASH_AT ?? '').split(' ');
const target = words.pop();
const operation = words.join(' ');
let left = Number(process.env.CRASH_NTH ?? 1);

subscribe('log-analytics.local-store', (message) => {
  if (message.phase !== phase || message.operation !== operation || !message.target.includes(target)) return;
  left -= 1;
  if (left === 0) process.kill(process.pid, 'SIGKILL');
});
