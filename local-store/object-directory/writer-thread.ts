import { parentPort, workerData } from 'node:worker_threads';
import { realFileOperations } from './file-operations.ts';
import { ObjectWriter } from './object-writer.ts';
import type { ToThread, WriterThreadData } from './threaded-writer.ts';

/*
 * The thread that carries out the changes of a `ThreadedWriter`: it receives rounds of changes and sends back their
 * outcomes. A crash loses nothing: outcomes are sent once they are durable, and its successor is told of failed
 * flushes.
 */
if (parentPort === null) throw new Error('writer-thread.ts runs in a worker thread only.');
const port = parentPort;
// Only `ThreadedWriter` starts this thread, and passes this data.
const { root, predecessor } = workerData as WriterThreadData;
const writer = new ObjectWriter(root, realFileOperations, predecessor);
// Only `ThreadedWriter` sends messages through this port.
port.on('message', (message: ToThread) => {
  if ('changes' in message) return port.postMessage(writer.write(message.changes));
  writer.endIntents(message.ended);
  port.postMessage([]);
});
