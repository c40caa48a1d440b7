import { Worker } from 'node:worker_threads';

/** Measures a directory, in bytes, without holding up this thread. Rejects where it cannot be read. */
export function measureInThread(path: string, stopping: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./measure-thread.cjs', import.meta.url), {
      workerData: path,
      // Loaders of the main thread, of a test runner for one, are none of its business.
      execArgv: [],
      name: 'disk measure',
    });
    // It keeps no process alive.
    thread.unref();
    const stop = () => void thread.terminate();
    stopping.addEventListener('abort', stop, { once: true });
    // What comes was sent by `measure-thread.ts` alone, which sends a number.
    thread.on('message', (bytes: number) => resolve(bytes));
    thread.on('error', reject);
    thread.on('exit', (exitCode) => {
      stopping.removeEventListener('abort', stop);
      reject(new Error(`The measuring thread ended with code ${exitCode}.`));
    });
  });
}
