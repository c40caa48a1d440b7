import { parentPort, workerData } from 'node:worker_threads';
import { measureDirectory } from './measure-directory.ts';

/* The thread that measures a directory once and then ends. */
if (parentPort === null) throw new Error('measure-thread.ts runs in a worker thread only.');
// Only `measureInThread` starts this thread, and passes this data.
const port = parentPort;
port.postMessage(measureDirectory(String(workerData)));
