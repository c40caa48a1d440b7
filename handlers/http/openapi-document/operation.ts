import type * as z from 'zod';
import type { Scope } from '../../../lib/domain/scope.ts';
import { errorCodes, type ErrorCode } from '../error-codes.ts';
import { parametersOf, referenceTo, type Json } from './json-schema.ts';
import { allHeaders, type HeaderName } from './headers.ts';
import type { SchemaName } from './schemas.ts';

/** An answer that is no error. */
export interface DescribedAnswer {
  readonly description: string;
  readonly headers?: readonly HeaderName[];
  /** By media type; `undefined` where it is text and not JSON. */
  readonly content?: Readonly<
    Record<string, { readonly schema: SchemaName | undefined; readonly example: unknown }>
  >;
}

/** A route as it is described, once, here. */
export interface Operation {
  /** As `serverless.yml` has it: `GET /aggregates`. */
  readonly route: string;
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  /** The scopes of which an API key needs one, deployed; empty for any key, absent where no key is needed. */
  readonly scopes?: readonly Scope[];
  readonly headers?: z.ZodObject;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly requestBody?: Json;
  readonly answers: Readonly<Record<number, DescribedAnswer>>;
  /** Besides those that every route has. */
  readonly errors?: readonly ErrorCode[];
}

const errorsOfAll = ['API_1002', 'API_1003'] as const satisfies readonly ErrorCode[];

/** An operation as OpenAPI has it. */
export function describeOperation(operation: Operation): Json {
  const {
    operationId,
    summary,
    description,
    scopes,
    headers,
    path,
    query,
    requestBody,
    answers,
    errors = [],
  } = operation;
  const parameters = [
    ...(path === undefined ? [] : parametersOf('path', path)),
    ...(query === undefined ? [] : parametersOf('query', query)),
    ...(headers === undefined ? [] : parametersOf('header', headers)),
    { $ref: '#/components/parameters/x-request-id' },
  ];
  const responses = {
    ...Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [status, describeAnswer(answer)]),
    ),
    ...describeErrors([
      ...errors,
      ...(scopes?.[0] === undefined ? [] : (['API_1006'] as const)),
      ...errorsOfAll,
    ]),
  };
  return {
    operationId,
    summary,
    description,
    security: securityOf(scopes),
    parameters,
    requestBody,
    responses,
  };
}

/** One of these is enough; on a laptop there are no keys, hence the empty one. */
function securityOf(scopes: Operation['scopes']): Json[] {
  if (scopes === undefined) return [];
  const alternatives = scopes.length === 0 ? [[]] : scopes.map((scope) => [scope]);
  return [{}, ...alternatives.map((apiKey) => ({ apiKey }))];
}

function describeAnswer({ description, headers = [], content }: DescribedAnswer): Json {
  const media = Object.entries(content ?? {}).map(([type, { schema, example }]) => [
    type,
    { schema: schema === undefined ? { type: 'string' } : referenceTo(schema), example },
  ]);
  return {
    description,
    headers: allHeaders(headers),
    content: content === undefined ? undefined : Object.fromEntries(media),
  };
}

/** The answers of some error codes, by status. */
export function describeErrors(codes: readonly ErrorCode[]): Record<string, Json> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const meanings = codes.map((code) => `\`${code}\`: ${errorCodes[code].meaning}`);
      const schema = {
        allOf: [referenceTo('Error'), { properties: { errorCode: { enum: codes } } }],
      };
      const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]));
      return [
        String(status),
        {
          description: `${meanings.join('; ')}.`,
          headers: allHeaders(status === 503 ? ['retry-after'] : status === 405 ? ['allow'] : []),
          content: { 'application/json': { schema, examples } },
        },
      ];
    }),
  );
}

function exampleOf(errorCode: ErrorCode): Json {
  const { category, meaning } = errorCodes[errorCode];
  const sentence = `${meaning.charAt(0).toUpperCase()}${meaning.slice(1)}.`;
  return {
    requestId: '5f0c1d52-6b43-4a3c-9a3e-0d9a2f6f1c11',
    errorCategory: category,
    errorCode,
    errorDescription: sentence,
  };
}
