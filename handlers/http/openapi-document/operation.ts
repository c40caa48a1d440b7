import { errorCodes, type ErrorCode } from '../error-codes.ts';
import { parametersOf, referenceTo, type Json } from './json-schema.ts';
import { allHeaders, type HeaderName } from './headers.ts';
import type { AnswerContent, Route } from '../route.ts';

/** The text of an answer that is not an error. */
export interface AnswerText {
  readonly description: string;
  readonly headers?: readonly HeaderName[];
  /** Examples by media type. */
  readonly examples?: Readonly<Record<string, unknown>>;
}

/** The text of a route in the document; the routes table has its parameters and answers. */
export interface OperationText {
  readonly summary: string;
  readonly description?: string;
  readonly requestBody?: Json;
  /** Answers by status. */
  readonly answers: Readonly<Record<number, AnswerText>>;
  /** Examples of errors by media type, where they have a form of their own. */
  readonly errorExamples?: Readonly<Record<string, unknown>>;
  /** Headers of every error, besides the usual ones. */
  readonly errorHeaders?: readonly HeaderName[];
}

/** The text of one route: it covers each answer, with an example of each media type. */
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
  const { scopes, headers, pathParameters, query, answers, errors = [], errorContent } = route;
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
      errorContent && {
        content: mediaOf(errorContent, text.errorExamples),
        headers: text.errorHeaders ?? [],
      },
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

/** One of these is enough. The empty one is for the laptop form, which has no keys. */
function securityOf(scopes: Route['scopes']): Json[] {
  if (scopes === undefined) return [];
  const alternatives = scopes.length === 0 ? [[]] : scopes.map((scope) => [scope]);
  return [{}, ...alternatives.map((apiKey) => ({ apiKey }))];
}

function describeAnswer(
  content: AnswerContent,
  { description, headers = [], examples = {} }: AnswerText,
): Json {
  const hasBody = Object.keys(content).length > 0;
  return {
    description,
    headers: allHeaders(headers),
    content: hasBody ? mediaOf(content, examples) : undefined,
  };
}

function mediaOf(content: AnswerContent, examples: OperationText['errorExamples'] = {}): Json {
  const media = Object.entries(content).map(([type, schema]) => {
    const isNamed = schema !== 'text' && schema !== 'bytes';
    const described = { schema: isNamed ? referenceTo(schema) : { type: 'string' }, example: examples[type] };
    return [type, described] as const;
  });
  return Object.fromEntries(media);
}

/**
 * Returns the answers for some error codes, by status.
 * @param own  their content, where they do not have the usual form, and further headers
 */
export function describeErrors(
  codes: readonly ErrorCode[],
  own?: { readonly content: Json; readonly headers: readonly HeaderName[] },
): Record<string, Json> {
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
          headers: allHeaders([
            ...(status === 503 ? (['retry-after'] as const) : status === 405 ? (['allow'] as const) : []),
            ...(own?.headers ?? []),
          ]),
          content: own?.content ?? { 'application/json': { schema, examples } },
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
