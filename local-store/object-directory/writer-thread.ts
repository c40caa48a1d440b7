import { parentPort, workerData } from 'node:worker_threads';
import type { Change } from './change.ts';
import { realFileOperations } from './file-operations.ts';
import { ObjectWriter } from './object-writer.ts';

/*
 * The thread in which a `ThreadedWriter` has its changes carried out: a round of changes comes in, their outcomes go
 * out. It holds nothing that a crash could lose, since an outcome is given only once it is durable.
 */
if (parentPort === null) throw new Error('writer-thread.ts runs in a worker thread only.');
const port = parentPort;
const writer = new ObjectWriter(String(workerData), realFileOperations);
// What comes through this port was sent by `ThreadedWriter` alone, which sends `Change`s.
port.on('message', (changes: readonly Change[]) => port.postMessage(writer.write(changes)));
