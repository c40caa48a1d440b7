import type { OfflineLambda } from './call-functions-directly.ts';
import type { Serverless, ServerlessOptions, ServerlessService } from './serverless.ts';

/** Runs a function with an event, as AWS does for an event source. */
export type Invoke = (functionKey: string, event: object) => Promise<unknown>;

/** Creates an invoker that runs functions through the emulator, so that they have its environment. */
export async function createInvoker(
  serverless: Serverless,
  functions: ServerlessService['functions'],
  options: ServerlessOptions,
): Promise<Invoke> {
  // @ts-expect-error -- comes without types
  const { default: Lambda } = (await import('serverless-offline/lambda')) as {
    default: new (serverless: Serverless, options: ServerlessOptions) => OfflineLambda;
  };
  const lambda = new Lambda(serverless, options);
  lambda.create(
    Object.entries(functions).map(([functionKey, functionDefinition]) => ({
      functionKey,
      functionDefinition,
    })),
  );
  return async (functionKey, event) => {
    const instance = lambda.get(functionKey);
    instance.setEvent(event);
    return instance.runHandler();
  };
}
