// Loaded into the emulator by `--import`: what runs on a schedule runs ten times a second.
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
const nodeSchedule = createRequire(require.resolve('serverless-offline'))('node-schedule');
nodeSchedule.scheduleJob = (_cron, job) => setInterval(() => job(), 100);
