import { Ajv2020, type AnySchema } from 'ajv/dist/2020.js';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import * as z from 'zod';

/** The answers that an OpenAPI document describes, to compare real ones with. */
export interface DescribedAnswers {
  /** Routes such as `GET /aggregates`. */
  readonly routes: readonly string[];
  /** Routes with the statuses that their functions answer, such as `GET /aggregates 200`. */
  readonly statuses: readonly string[];
  /** Returns the differences between an answer and its description, for a route or a named response. */
  problemsOf(route: string, answer: APIGatewayProxyStructuredResultV2): string[];
  /** Returns the examples that break their own schemas. */
  wrongExamples(): string[];
}

const mediaSchema = z.object({
  schema: z.record(z.string(), z.unknown()),
  example: z.unknown().optional(),
  examples: z.record(z.string(), z.object({ value: z.unknown() })).optional(),
});
const contentSchema = z.record(z.string(), mediaSchema);
const responseSchema = z.object({
  headers: z.record(z.string(), z.unknown()),
  content: contentSchema.optional(),
});
/** Answers that no function gives are described once for all routes. */
const referenceSchema = z.strictObject({ $ref: z.string() });
const documentSchema = z.object({
  paths: z.record(
    z.string(),
    z.record(
      z.string(),
      z.object({
        requestBody: z.object({ content: contentSchema }).optional(),
        responses: z.record(z.string(), z.union([referenceSchema, responseSchema])),
      }),
    ),
  ),
  components: z.object({
    schemas: z.record(z.string(), z.record(z.string(), z.unknown())),
    responses: z.record(z.string(), responseSchema),
  }),
});

type Media = z.output<typeof mediaSchema>;
type Response = z.output<typeof responseSchema>;

/** Headers that an answer need not have although its description lists them. */
const optionalHeaders = new Set(['link', 'idempotent-replayed', 'x-counted-through']);
const instant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/;

export function describedAnswers(text: string): DescribedAnswers {
  const { paths, components } = documentSchema.parse(JSON.parse(text));
  const ajv = new Ajv2020({
    strict: false,
    allErrors: true,
    formats: { 'date-time': instant, binary: true },
  });
  for (const [name, schema] of Object.entries(components.schemas)) {
    ajv.addSchema(strict(schema), `/components/schemas/${name}`);
  }
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { requestBody, responses }]) => {
      return { route: `${method.toUpperCase()} ${path}`, requestBody, responses };
    }),
  );
  const problemsOfValue = ({ schema }: Media, value: unknown): string[] => {
    const validate = ajv.compile(withLocalReferences(schema));
    return validate(value)
      ? []
      : (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };

  function responseTo(route: string, status: number | undefined): Response | undefined {
    const operation = operations.find((operation) => operation.route === route);
    const response = operation?.responses[String(status)];
    if (response === undefined) return components.responses[route];
    return '$ref' in response ? components.responses[nameIn(response)] : response;
  }

  return {
    routes: operations.map(({ route }) => route),
    statuses: operations.flatMap(({ route, responses }) =>
      Object.entries(responses)
        .filter(([, response]) => !('$ref' in response))
        .map(([status]) => `${route} ${status}`),
    ),
    problemsOf(route, { statusCode, headers = {}, body = '' }) {
      const response = responseTo(route, statusCode);
      if (response === undefined) return [`${statusCode} is not described`];
      const listed = new Set([...Object.keys(response.headers), 'content-type']);
      const wrongHeaders = [
        ...Object.keys(headers).filter((name) => !listed.has(name)),
        ...Object.keys(response.headers).filter((name) => !optionalHeaders.has(name) && !(name in headers)),
      ].map((name) => `header ${name}`);
      const mediaType = String(headers['content-type'] ?? '').split(';')[0] ?? '';
      if (response.content === undefined) return body === '' ? wrongHeaders : [...wrongHeaders, 'a body'];
      const media = response.content[mediaType];
      if (media === undefined) return [...wrongHeaders, `media type ${mediaType}`];
      const value: unknown = mediaType === 'application/json' ? JSON.parse(body) : body;
      return [...wrongHeaders, ...problemsOfValue(media, value)];
    },
    wrongExamples() {
      const requestBodies = operations.map(({ requestBody }) => requestBody);
      const answers = operations
        .flatMap(({ responses }) => Object.values(responses))
        .map((response) => ('$ref' in response ? undefined : response));
      return [...requestBodies, ...answers, ...Object.values(components.responses)]
        .map((body) => body?.content ?? {})
        .flatMap((content) => Object.values(content))
        .flatMap((media) => {
          const examples = Object.values(media.examples ?? {}).map(({ value }) => value);
          const all = 'example' in media ? [media.example, ...examples] : examples;
          return all.length === 0
            ? ['a media type has no example']
            : all.flatMap((value) => problemsOfValue(media, value));
        });
    },
  };
}

function nameIn({ $ref }: z.output<typeof referenceSchema>): string {
  return $ref.replace('#/components/responses/', '');
}

/**
 * Makes a schema refuse everything that it does not name: a client must accept more, but an answer must not have
 * more.
 */
function strict(schema: Readonly<Record<string, unknown>>): AnySchema {
  return withLocalReferences(schema, (object) => {
    return 'properties' in object && !('additionalProperties' in object)
      ? { ...object, additionalProperties: false }
      : object;
  });
}

function withLocalReferences(
  schema: Readonly<Record<string, unknown>>,
  change = (object: Record<string, unknown>) => object,
): AnySchema {
  const text = JSON.stringify(schema, (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string') return value.replace('#', '');
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? change(value as Record<string, unknown>) : value;
  });
  return JSON.parse(text) as AnySchema;
}
