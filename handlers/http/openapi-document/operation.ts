import type { ErrorCode } from '../error-codes.ts';
import { describeErrors } from './describe-errors.ts';
import { parametersOf, type Json } from './json-schema.ts';
import { allHeaders, type HeaderName } from './headers.ts';
import { mediaOf } from './media.ts';
import { refusalsOf } from './refusals.ts';
import { securityOf } from './security.ts';
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
/** With a scope that the key lacks, by a share link on a route that it does not reach, or before the function runs. */
const errorsOfScope = [
  'API_1006',
  'API_1004',
  'API_1010',
  'API_1011',
] as const satisfies readonly ErrorCode[];

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
    ...refusalsOf(route),
    ...Object.fromEntries(
      Object.entries(text.answers).map(([status, answer]) => [
        status,
        describeAnswer(answers[Number(status)] ?? {}, answer),
      ]),
    ),
    ...describeErrors(
      [...errors, ...(scopes === undefined ? [] : errorsOfScope), ...errorsOfAll],
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
    security: securityOf(route),
    parameters,
    requestBody,
    responses,
  };
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
