import { createRequire } from 'node:module';

type Load = (appRoot: string, handler: string) => Promise<unknown>;

/**
 * Makes serverless-offline load each function once. For each invocation it would look for the file of the handler,
 * read package.json and import the module again, which takes a fifth of the main thread and always returns the same
 * function (in process, a module is evaluated once). Call this before the first invocation, which reads `load` from
 * its module.
 */
export function loadFunctionsOnce(): void {
  const require = createRequire(import.meta.url);
  const runner = './lambda/handler-runner/in-process-runner/aws-lambda-ric/UserFunction.js';
  const offline = createRequire(require.resolve('serverless-offline'));
  const userFunction = offline(runner) as { load: Load };
  const loaded = new Map<string, Promise<unknown>>();
  const { load } = userFunction;
  userFunction.load = (appRoot, handler) => {
    const known = loaded.get(handler);
    if (known !== undefined) return known;
    const loading = load(appRoot, handler).catch((error: unknown) => {
      loaded.delete(handler); // so that the next invocation tries again
      throw error;
    });
    loaded.set(handler, loading);
    return loading;
  };
}
