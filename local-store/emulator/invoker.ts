import type { Serverless, ServerlessOptions, ServerlessService } from './serverless.ts';

/** Runs a function with an event, as AWS does for an event source. */
export type Invoke = (functionKey: string, event: object) => Promise<unknown>;

/** What is used here of serverless-offline's own object for its functions. */
interface OfflineLambda {
  create(functions: readonly { functionKey: string; functionDefinition: unknown }[]): void;
  get(functionKey: string): { setEvent(event: object): void; runHandler(): Promise<unknown> };
}

/** Runs the functions through the emulator, so that they get the environment and the context that it gives them. */
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
