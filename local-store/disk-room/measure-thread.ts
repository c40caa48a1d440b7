import { parentPort, workerData } from 'node:worker_threads';
import { measureDirectory } from './measure-directory.ts';

/* The thread that measures a directory once, and ends. */
if (parentPort === null) throw new Error('measure-thread.ts runs in a worker thread only.');
// What the thread is started with is given by `measureInThread` alone.
const port = parentPort;
port.postMessage(measureDirectory(String(workerData)));
