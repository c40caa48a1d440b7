import { parentPort, workerData } from 'node:worker_threads';
import { realFileOperations } from './file-operations.ts';
import { ObjectWriter } from './object-writer.ts';
import type { ToThread, WriterThreadData } from './threaded-writer.ts';

/*
 * The thread in which a `ThreadedWriter` has its changes carried out: a round of changes comes in, their outcomes go
 * out. It holds nothing that a crash could lose, since an outcome is given only once it is durable, and what it knows of
 * failed flushes is told to its successor.
 */
if (parentPort === null) throw new Error('writer-thread.ts runs in a worker thread only.');
const port = parentPort;
// What the thread is started with is given by `ThreadedWriter` alone.
const { root, predecessor } = workerData as WriterThreadData;
const writer = new ObjectWriter(root, realFileOperations, predecessor);
// What comes through this port was sent by `ThreadedWriter` alone.
port.on('message', (message: ToThread) => {
  if ('changes' in message) return port.postMessage(writer.write(message.changes));
  writer.endIntents(message.ended);
  port.postMessage([]);
});
