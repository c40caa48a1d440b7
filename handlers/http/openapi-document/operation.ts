import { errorCodes, type ErrorCode } from '../error-codes.ts';
import { parametersOf, referenceTo, type Json } from './json-schema.ts';
import { allHeaders, type HeaderName } from './headers.ts';
import type { AnswerContent, DescribedErrorForm, Route } from '../route.ts';
import type { SchemaName } from './schemas.ts';

/** The text of an answer that is not an error. */
export interface AnswerText {
  readonly description: string;
  readonly headers?: readonly HeaderName[];
  /** Examples by media type. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** The text of a route in the document; what it takes and answers is in the routes table. */
export interface OperationText {
  readonly summary: string;
  readonly description?: string;
  readonly requestBody?: Json;
  /** Answers by status. */
  readonly answers: Readonly<Record<number, AnswerText>>;
}

/** The text of one route: it has each of its answers, with an example of each media type. */
export type TextOf<R extends Route> = Omit<OperationText, 'answers'> & {
  readonly answers: {
    readonly [Status in keyof R['answers']]: AnswerText & {
      readonly examples?: { readonly [MediaType in keyof R['answers'][Status]]: unknown };
    };
  };
};

const errorsOfAll = ['API_1002', 'API_1003'] as const satisfies readonly ErrorCode[];

/** Describes a route as an operation of OpenAPI. */
export function describeOperation(operationId: string, route: Route, text: OperationText): Json {
  const { scopes, headers, pathParameters, query, answers, errors = [], errorForm } = route;
  const { summary, description, requestBody } = text;
  const parameters = [
    ...(pathParameters === undefined ? [] : parametersOf('path', pathParameters)),
    ...(query === undefined ? [] : parametersOf('query', query)),
    ...(headers === undefined ? [] : parametersOf('header', headers)),
    { $ref: '#/components/parameters/x-request-id' },
  ];
  const responses = {
    ...Object.fromEntries(
      Object.entries(text.answers).map(([status, answer]) => [
        status,
        describeAnswer(answers[Number(status)] ?? {}, answer),
      ]),
    ),
    ...describeErrors(
      [...errors, ...(scopes?.[0] === undefined ? [] : (['API_1006'] as const)), ...errorsOfAll],
      errorForm,
    ),
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
function securityOf(scopes: Route['scopes']): Json[] {
  if (scopes === undefined) return [];
  const alternatives = scopes.length === 0 ? [[]] : scopes.map((scope) => [scope]);
  return [{}, ...alternatives.map((apiKey) => ({ apiKey }))];
}

function describeAnswer(
  content: AnswerContent,
  { description, headers = [], examples = {} }: AnswerText,
): Json {
  const media = Object.entries(content).map(([type, schema]) => [
    type,
    { schema: schemaOf(schema), example: examples[type] },
  ]);
  return {
    description,
    headers: allHeaders(headers),
    content: media.length === 0 ? undefined : Object.fromEntries(media),
  };
}

/** The answers of some error codes, by status; where a protocol has a form of its own, in that one. */
export function describeErrors(codes: readonly ErrorCode[], form?: DescribedErrorForm): Record<string, Json> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const meanings = codes.map((code) => `\`${code}\`: ${errorCodes[code].meaning}`);
      const headers =
        status === 503 ? (['retry-after'] as const) : status === 405 ? (['allow'] as const) : [];
      return [
        String(status),
        {
          description: `${meanings.join('; ')}.`,
          headers: allHeaders([...headers, ...(form?.headers ?? [])]),
          content: form === undefined ? contentOfErrors(codes) : contentOfForm(form),
        },
      ];
    }),
  );
}

function contentOfErrors(codes: readonly ErrorCode[]): Json {
  const schema = {
    allOf: [referenceTo('Error'), { properties: { errorCode: { enum: codes } } }],
  };
  const examples = Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }]));
  return { 'application/json': { schema, examples } };
}

function contentOfForm({ mediaType, schema, example }: DescribedErrorForm): Json {
  return { [mediaType]: { schema: schemaOf(schema), example } };
}

function schemaOf(schema: SchemaName | 'text'): Json {
  return schema === 'text' ? { type: 'string' } : referenceTo(schema);
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
