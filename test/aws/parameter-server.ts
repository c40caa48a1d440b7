import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { listen, type RunningServer } from './running-server.ts';

const requestSchema = z.object({
  Name: z.string().default(''),
  Value: z.string().default(''),
  Type: z.enum(['String', 'SecureString']).optional(),
  Overwrite: z.boolean().default(false),
  WithDecryption: z.boolean().default(false),
  Path: z.string().default(''),
  NextToken: z.string().default('0'),
});
type ParameterRequest = z.output<typeof requestSchema> & { readonly operation: string };

export interface ParameterServerOptions {
  /** Names of parameters that are SecureStrings; the server adds those that are put as such. */
  readonly secureNames?: Set<string>;
  /** Returns the error with which a request is answered, if any. */
  readonly fault?: (request: ParameterRequest) => string | undefined;
}

/**
 * The page size of the API:
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html
 */
const parametersPerPage = 10;

/** Starts a server with the part of Parameter Store that this project uses, on a map of parameters. */
export async function startParameterServer(
  parameters: Map<string, string>,
  { secureNames = new Set(), fault = () => undefined }: ParameterServerOptions = {},
): Promise<RunningServer> {
  function answerTo(request: ParameterRequest): object {
    const { operation, Name, Value, Type, Overwrite, Path, NextToken, WithDecryption } = request;
    const isThere = parameters.has(Name);
    const valueOf = (name: string) =>
      secureNames.has(name) && !WithDecryption ? 'ciphertext' : parameters.get(name);
    switch (operation) {
      case 'GetParameter':
        return isThere ? { Parameter: { Name, Value: valueOf(Name) } } : { __type: 'ParameterNotFound' };
      case 'PutParameter':
        if (isThere && !Overwrite) return { __type: 'ParameterAlreadyExists' };
        if (Value.includes('{{')) return { __type: 'ValidationException' };
        parameters.set(Name, Value);
        if (Type === 'SecureString') secureNames.add(Name);
        return { Version: 1, Tier: 'Standard' };
      case 'DeleteParameter':
        return parameters.delete(Name) ? {} : { __type: 'ParameterNotFound' };
      case 'GetParametersByPath': {
        const found = [...parameters.keys()].filter((name) => name.startsWith(`${Path}/`)).sort();
        const page = found.slice(Number(NextToken), Number(NextToken) + parametersPerPage);
        const end = Number(NextToken) + page.length;
        return {
          Parameters: page.map((name) => ({ Name: name, Value: valueOf(name) })),
          ...(end < found.length ? { NextToken: String(end) } : {}),
        };
      }
      default:
        return { __type: 'UnknownOperationException' };
    }
  }

  return listen(
    createServer((message, response) => {
      void text(message).then((body) => {
        const operation = String(message.headers['x-amz-target']).split('.').at(-1) ?? '';
        const request = { operation, ...requestSchema.parse(JSON.parse(body)) };
        const error = fault(request);
        const answer = error === undefined ? answerTo(request) : { __type: error, message: error };
        response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(answer));
      });
    }),
  );
}
