import { createRequire } from 'node:module';
import { join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FunctionDefinition, Serverless } from './serverless.ts';

type Handler = (event: object) => unknown;
type Load = (appRoot: string, handler: string) => Promise<Handler>;

/** A function as serverless-offline invokes it: an event first, and then its run. */
export interface OfflineFunction {
  setEvent(event: object): void;
  runHandler(): Promise<unknown>;
}

/** The part of serverless-offline's object for functions that is used here. */
export interface OfflineLambda {
  readonly create: (
    this: OfflineLambda,
    functions: readonly { functionKey: string; functionDefinition: FunctionDefinition }[],
  ) => void;
  readonly get: (this: OfflineLambda, functionKey: string) => OfflineFunction;
}

/**
 * Makes serverless-offline call each function directly once it has run it for the first time. For each invocation it
 * would set the environment again, look for the file of the handler, read package.json and import the module again,
 * which takes a quarter of the main thread and always ends at the same function with the same environment: in process,
 * a module is evaluated once, and all functions share one environment. Call this before the first invocation.
 */
export async function callFunctionsDirectly({ serviceDir }: Serverless): Promise<void> {
  const loaded = rememberLoaded();
  // @ts-expect-error -- comes without types
  const { default: Lambda } = (await import('serverless-offline/lambda')) as {
    default: { prototype: OfflineLambda };
  };
  const handlers = new Map<string, string>();
  const { create, get } = Lambda.prototype;
  Object.assign(Lambda.prototype, {
    create(functions) {
      for (const { functionKey, functionDefinition } of functions) {
        handlers.set(functionKey, join(serviceDir, functionDefinition.handler));
      }
      create.call(this, functions);
    },
    get(functionKey) {
      const handler = loaded.get(handlers.get(functionKey) ?? '');
      return handler === undefined ? get.call(this, functionKey) : directly(handler);
    },
  } satisfies OfflineLambda);
}

function directly(handler: Handler): OfflineFunction {
  let event: object = {};
  return {
    setEvent(given) {
      event = given;
    },
    runHandler: async () => handler(event),
  };
}

/**
 * Returns the handlers that are loaded, by the path of their file with the name of the export. They are imported here as
 * any module is: serverless-offline would register another loader of TypeScript in front of that of the plugin.
 */
function rememberLoaded(): ReadonlyMap<string, Handler> {
  const require = createRequire(import.meta.url);
  const runner = './lambda/handler-runner/in-process-runner/aws-lambda-ric/UserFunction.js';
  const offline = createRequire(require.resolve('serverless-offline'));
  const userFunction = offline(runner) as { load: Load };
  const loaded = new Map<string, Handler>();
  userFunction.load = async (_appRoot, path) => {
    const handler = loaded.get(path) ?? (await importHandler(path));
    loaded.set(path, handler);
    return handler;
  };
  return loaded;
}

/** @param path  that of the file without its ending, a dot, and the name of the export */
async function importHandler(path: string): Promise<Handler> {
  const { dir, name, ext } = parse(path);
  const module = (await import(pathToFileURL(join(dir, `${name}.ts`)).href)) as Record<string, unknown>;
  const handler = module[ext.slice(1)];
  if (typeof handler !== 'function') throw new Error(`There is no function at ${path}.`);
  return handler as Handler;
}
