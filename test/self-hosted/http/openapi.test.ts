import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { HttpAnswer } from '../../../client/http-client.ts';
import { sendRaw } from '../../e2e/raw-request.ts';
import { countAll } from '../../handlers/app.ts';
import { describedAnswers } from '../../handlers/described-answers.ts';
import { describeApi } from '../../../handlers/http/openapi-document/describe-api.ts';
import { acceptedKey } from './accepted-key.ts';
import { useServedApp, type ServedApp } from './served-app.ts';

const mediaSchema = z.object({ example: z.unknown().optional() });
const operationSchema = z.object({
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z.array(
    z.union([
      z.object({ $ref: z.string() }),
      z.object({ name: z.string(), in: z.string(), example: z.union([z.string(), z.number()]).optional() }),
    ]),
  ),
  requestBody: z.object({ content: z.record(z.string(), mediaSchema) }).optional(),
  responses: z.record(z.string(), z.looseObject({ content: z.record(z.string(), mediaSchema).optional() })),
});
const { paths } = z
  .object({ paths: z.record(z.string(), z.record(z.string(), operationSchema)) })
  .parse(JSON.parse(JSON.stringify(describeApi())));
const answers = describedAnswers(JSON.stringify(describeApi()));
const operations = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([verb, { security, parameters, requestBody, responses }]) => {
    const method = verb.toUpperCase();
    const own = parameters.filter((parameter) => 'name' in parameter);
    return { name: `${method} ${path}`, method, path, security, parameters: own, requestBody, responses };
  }),
);
type Operation = (typeof operations)[number];

function named(name: string): Operation {
  return operations.find((operation) => operation.name === name) ?? expect.fail(`no ${name}`);
}

/** Headers that a key is sent in, by the name of its security scheme. */
function presented(scheme: string, key: string): Record<string, string> {
  const pair = Buffer.from(`any:${key}`).toString('base64');
  const headers: Record<string, Record<string, string>> = {
    apiKey: { authorization: `Bearer ${key}` },
    basicKey: { authorization: `Basic ${pair}` },
    splunkKey: { authorization: `Splunk ${key}` },
    elasticsearchKey: { authorization: `ApiKey ${pair}` },
    firehoseKey: { 'x-amz-firehose-access-key': key },
  };
  return headers[scheme] ?? expect.fail(`${scheme} is no scheme that the test knows`);
}

/** Sends an operation's request with an example as its body. */
function ask(served: ServedApp, operation: Operation, headers: Record<string, string>, mediaType?: string) {
  const { method, path, requestBody, parameters } = operation;
  const content = requestBody?.content ?? {};
  const type = mediaType ?? Object.keys(content)[0];
  const example = type === undefined ? undefined : content[type]?.example;
  const isFirehose = parameters.some(({ name }) => name === 'x-amz-firehose-request-id');
  return served.http.request(path.replace('{batchId}', 'readme-1'), {
    method,
    headers: {
      ...(type === undefined ? {} : { 'content-type': type }),
      ...(isFirehose ? { 'x-amz-firehose-request-id': 'ed4acda5-034f-9f42-bba1-f29aea6d7d8f' } : {}),
      ...headers,
    },
    ...(example === undefined
      ? {}
      : { body: typeof example === 'string' ? example : JSON.stringify(example) }),
  });
}

function exampleOf({ responses }: Operation, status: number): unknown {
  return responses[String(status)]?.content?.['application/json']?.example;
}

/** Headers of the connection. */
const ofServer = /^(?:connection|date|keep-alive|content-length|transfer-encoding)$/;

function problemsOf(
  name: string,
  { status, headers, body }: Omit<HttpAnswer, 'body'> & { body: Buffer | string },
) {
  const own = Object.entries(headers).filter(([header]) => !ofServer.test(header));
  return answers.problemsOf(name, {
    statusCode: status,
    headers: Object.fromEntries(own) as Record<string, string>,
    body: body.toString(),
  });
}

/** Compares an answer that the server gives in place of a function, so without the headers of its protocol. */
function problemsOfRefusal(...[name, answer]: Parameters<typeof problemsOf>): string[] {
  return problemsOf(name, answer).filter((problem) => problem !== 'header x-elastic-product');
}

describe('with API keys, the document', () => {
  const served = useServedApp({ authorizer: acceptedKey.authorizer });
  const locked = operations.filter(({ security }) => security.length > 0);

  it.each(locked)('names every form in which $name takes one', async (operation) => {
    const schemes = operation.security.flatMap((alternative) => Object.keys(alternative));
    expect(schemes).not.toEqual([]);
    for (const scheme of schemes) {
      const { status } = await ask(served, operation, presented(scheme, acceptedKey.text));
      expect([scheme, status]).not.toEqual([scheme, expect.toBeOneOf([401, 403])]);
    }
  });

  it.each(locked)('describes the answers to $name without one, and with a wrong one', async (operation) => {
    const [scheme = ''] = operation.security.flatMap((alternative) => Object.keys(alternative));
    const without = await ask(served, operation, {});
    const wrong = await ask(served, operation, presented(scheme, 'lap_wrong'));
    expect([without.status, wrong.status]).toEqual([401, 403]);
    expect([without, wrong].flatMap((answer) => problemsOfRefusal(operation.name, answer))).toEqual([]);
  });

  it('says which routes need none', async () => {
    const open = operations.filter(({ security }) => security.length === 0);
    expect(open.map(({ name }) => name)).toEqual([
      'GET /.well-known/fastly/logging/challenge',
      'GET /services/collector/health',
      'GET /health',
    ]);
    for (const operation of open) expect((await ask(served, operation, {})).status).toBe(200);
  });
});

describe('without API keys, the document', () => {
  const served = useServedApp();
  it.each(operations)(
    'describes the answer to $name for a Host that is not allowed',
    async ({ name, method, path }) => {
      const answer = await sendRaw(served.baseUrl, [
        `${method} ${path.replace('{batchId}', 'b')} HTTP/1.1`,
        'Host: evil.example',
      ]);
      expect(answer.status).toBe(403);
      expect(problemsOfRefusal(name, answer)).toEqual([]);
    },
  );

  const textual = operations.flatMap((operation) =>
    Object.keys(operation.requestBody?.content ?? {})
      .filter((mediaType) => /json$|^text\//.test(mediaType))
      .map((mediaType) => ({ name: operation.name, mediaType, operation })),
  );
  it.each(textual)('has an example of $mediaType that $name accepts', async ({ mediaType, operation }) => {
    const answer = await ask(
      served,
      operation,
      { 'x-customer-id': `cus-${mediaType.replace(/\W/g, '-')}` },
      mediaType,
    );
    expect([answer.status, answer.body.toString()]).toEqual([
      expect.toBeOneOf([200, 201, 202, 204]),
      expect.anything(),
    ]);
    expect(problemsOf(operation.name, answer)).toEqual([]);
    expect(answer.body.toString()).not.toMatch(/rejected|"errors":true/);
  });

  it('has examples of parameters that the routes accept together', async () => {
    const withExamples = async ({ parameters, ...operation }: Operation, without: readonly string[] = []) => {
      const given = parameters.filter(
        ({ name, example }) => example !== undefined && !without.includes(name),
      );
      const all = (place: string) =>
        Object.fromEntries(
          given.filter((each) => each.in === place).map(({ name, example }) => [name, String(example)]),
        );
      const path = `${operation.path}?${new URLSearchParams(all('query')).toString()}`;
      return (await ask(served, { ...operation, parameters, path }, all('header'))).status;
    };
    expect(await withExamples(named('POST /logs'))).toBe(202);
    // The batch with the id of the example is that of the request before.
    for (const operation of operations.filter(({ method }) => method === 'GET')) {
      expect([operation.name, await withExamples(operation, ['path', 'pathPrefix'])]).toEqual([
        operation.name,
        200,
      ]);
    }
    // The series of one path has no keys to choose from, and the total of some paths has no other dimensions.
    expect(await withExamples(named('GET /aggregates'), ['top', 'dimensions'])).toBe(200);
    expect(await withExamples(named('GET /aggregates/total'), ['dimensions'])).toBe(200);
  });

  it('has the real answers to its example of a batch', async () => {
    const [send, find] = [named('POST /logs'), named('GET /batches/{batchId}')];
    const customer = { 'x-customer-id': 'cus-real' };
    const sent = await ask(served, send, { ...customer, 'idempotency-key': 'readme-1' });
    expect(JSON.parse(sent.body.toString())).toEqual(exampleOf(send, 202));
    await countAll(served.app);
    const { storedAt, ...found } = z
      .looseObject({ storedAt: z.string() })
      .parse(JSON.parse((await ask(served, find, customer)).body.toString()));
    expect(exampleOf(find, 200)).toEqual({ ...found, storedAt: '2025-12-28T18:03:10.000Z' });
    expect(storedAt).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
  });
});
