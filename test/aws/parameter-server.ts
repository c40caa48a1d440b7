import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import * as z from 'zod';
import { listen, type RunningServer } from './running-server.ts';

const requestSchema = z.object({
  Name: z.string().optional(),
  Value: z.string().optional(),
  Overwrite: z.boolean().optional(),
  Path: z.string().optional(),
});

/** What the requests of this project need of Parameter Store, on a map of its parameters. */
export async function startParameterServer(parameters: Map<string, string>): Promise<RunningServer> {
  return listen(
    createServer((message, response) => {
      void text(message).then((body) => {
        const operation = String(message.headers['x-amz-target']).split('.').at(-1);
        const answer = answerTo(operation, requestSchema.parse(JSON.parse(body)), parameters);
        response.writeHead('__type' in answer ? 400 : 200, { 'content-type': 'application/x-amz-json-1.1' });
        response.end(JSON.stringify(answer));
      });
    }),
  );
}

function answerTo(
  operation: string | undefined,
  { Name = '', Value = '', Overwrite = false, Path = '' }: z.output<typeof requestSchema>,
  parameters: Map<string, string>,
): object {
  const isThere = parameters.has(Name);
  switch (operation) {
    case 'GetParameter':
      return isThere ? { Parameter: { Name, Value: parameters.get(Name) } } : { __type: 'ParameterNotFound' };
    case 'PutParameter':
      if (isThere && !Overwrite) return { __type: 'ParameterAlreadyExists' };
      parameters.set(Name, Value);
      return { Version: 1, Tier: 'Standard' };
    case 'DeleteParameter':
      return parameters.delete(Name) ? {} : { __type: 'ParameterNotFound' };
    case 'GetParametersByPath': {
      const found = [...parameters].filter(([name]) => name.startsWith(`${Path}/`));
      return { Parameters: found.map(([found, value]) => ({ Name: found, Value: value })) };
    }
    case undefined:
    default:
      return { __type: 'UnknownOperationException' };
  }
}
