import { createRequire } from 'node:module';

type Load = (appRoot: string, handler: string) => Promise<unknown>;

/**
 * Has serverless-offline load each function once. It looks for the file of the handler, reads package.json and imports the
 * module anew for each invocation, which always gives the same function (in process, a module is evaluated once) and takes
 * a fifth of the main thread. To be called before the first invocation, with which it takes `load` from its module.
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
