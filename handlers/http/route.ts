import type * as z from 'zod';
import type { Scope } from '../../lib/domain/scope.ts';
import type { ErrorCode } from './error-codes.ts';
import type { SchemaName } from './openapi-document/schemas.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT';

/** The schema of an answer, by media type; `text` or `bytes` if it is not JSON. Empty for an answer without a body. */
export type AnswerContent = Readonly<Record<string, SchemaName | 'text' | 'bytes'>>;

/** The header that has the API key. API Gateway takes one for a route, and refuses a request without it. */
export type KeyHeader = 'authorization' | 'x-amz-firehose-access-key';

/** A route of the HTTP interface: its requests and its answers. */
export interface Route {
  readonly method: Method;
  /** Path with its parameters in braces, as in `serverless.yml`. */
  readonly path: string;
  /** Method and path; the label of the metrics. */
  readonly name: `${Method} ${string}`;
  /** Name of the function in `serverless.yml` that serves it. */
  readonly functionName: string;
  /** True for another method or path of a route that is described; it does the same. */
  readonly isAlias?: true;
  /** The error code for a request that is not valid. */
  readonly invalidRequestCode: 'ING_1000' | 'QRY_1000';
  /** Deployed, an API key needs one of these scopes; empty if any key suffices, absent if no key is needed. */
  readonly scopes?: readonly Scope[];
  /** Without it, `authorization`. */
  readonly keyHeader?: KeyHeader;
  readonly headers?: z.ZodObject;
  readonly pathParameters?: z.ZodObject;
  readonly query?: z.ZodObject;
  /** True if a parameter that `query` does not have is an error: a misspelt one would give an answer to another question. */
  readonly refusesUnknownParameters?: true;
  /** Answers by status, without errors. */
  readonly answers: Readonly<Record<number, AnswerContent>>;
  /** Error codes besides those that every route has. */
  readonly errors?: readonly ErrorCode[];
  /** The form of errors, where it is not that of the other routes. */
  readonly errorContent?: AnswerContent;
}
