import { errorCodes, type ErrorCode } from '../error-codes.ts';
import { allHeaders, type HeaderName } from './headers.ts';
import { referenceTo, type Json } from './json-schema.ts';
import type { AnswerMedia } from './media.ts';

const json = 'application/json';

/**
 * Returns the answers for some error codes, by status.
 * @param own  their content, where they do not have the usual form, and further headers
 */
export function describeErrors(
  codes: readonly ErrorCode[],
  own?: { readonly content: AnswerMedia; readonly headers: readonly HeaderName[] },
): Record<string, Json> {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of codes) {
    const { status } = errorCodes[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  return Object.fromEntries(
    [...byStatus].map(([status, codes]) => {
      const meanings = codes.map((code) => `\`${code}\`: ${errorCodes[code].meaning}`);
      return [
        String(status),
        {
          description: `${meanings.join('; ')}.`,
          headers: allHeaders([
            ...(status === 503 ? (['retry-after'] as const) : status === 405 ? (['allow'] as const) : []),
            ...(status === 401 ? (['www-authenticate'] as const) : []),
            ...(own?.headers ?? []),
          ]),
          content: contentOf(codes, own?.content),
        },
      ];
    }),
  );
}

/** Codes that a server also answers before a function sees the request, and then always in the usual form. */
const codesOfServer: ReadonlySet<ErrorCode> = new Set([
  'ING_1000',
  'ING_1003',
  'API_1002',
  'API_1004',
  'API_1010',
  'API_1011',
] as const);

function contentOf(codes: readonly ErrorCode[], own: AnswerMedia | undefined): AnswerMedia {
  if (own === undefined) return usualContent(codes);
  const byServer = codes.filter((code) => codesOfServer.has(code));
  return byServer.length === 0 ? own : eitherOf(own, usualContent(byServer));
}

/** Describes errors of the usual form and, if no function answers them, of the gateway on AWS. */
function usualContent(codes: readonly ErrorCode[]): AnswerMedia {
  const error = { allOf: [referenceTo('Error'), { properties: { errorCode: { enum: codes } } }] };
  const isByGateway = codes.some((code) => code === 'API_1009' || code === 'API_1010');
  return {
    'application/json': {
      schema: isByGateway ? { anyOf: [error, referenceTo('GatewayRefusal')] } : error,
      examples: Object.fromEntries(codes.map((code) => [code, { value: exampleOf(code) }])),
    },
  };
}

/** Describes an answer that is of a route's own form if a function answers, and otherwise of the usual form. */
function eitherOf(own: AnswerMedia, usual: AnswerMedia): AnswerMedia {
  const media = { ...usual, ...own };
  const [ofRoute, ofAll] = [own[json], usual[json]];
  if (ofRoute === undefined || ofAll === undefined) return media;
  const examples = { own: { value: ofRoute.example }, ...ofAll.examples };
  return { ...media, [json]: { schema: { anyOf: [ofRoute.schema, ofAll.schema] }, examples } };
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
