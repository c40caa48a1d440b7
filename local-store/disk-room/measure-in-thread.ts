import { Worker } from 'node:worker_threads';

/** Measures a directory, in bytes, without blocking this thread. Rejects if the directory cannot be read. */
export function measureInThread(path: string, stopping: AbortSignal): Promise<number> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./measure-thread.cjs', import.meta.url), {
      workerData: path,
      // The thread does not need loaders of the main thread, for example those of a test runner.
      execArgv: [],
      name: 'disk measure',
    });
    // The thread must not keep the process alive.
    thread.unref();
    const stop = () => void thread.terminate();
    stopping.addEventListener('abort', stop, { once: true });
    // Only `measure-thread.ts` sends messages here, and it sends a number.
    thread.on('message', (bytes: number) => resolve(bytes));
    thread.on('error', reject);
    thread.on('exit', (exitCode) => {
      stopping.removeEventListener('abort', stop);
      reject(new Error(`The measuring thread ended with code ${exitCode}.`));
    });
  });
}
