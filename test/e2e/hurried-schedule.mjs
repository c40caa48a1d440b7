// Loaded into the emulator with `--import`: scheduled functions run ten times a second.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const nodeSchedule = createRequire(require.resolve('serverless-offline'))('node-schedule');
nodeSchedule.scheduleJob = (_cron, job) => setInterval(() => job(), 100);
