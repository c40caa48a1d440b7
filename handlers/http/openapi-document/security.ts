import type { Route } from '../route.ts';
import type { Json } from './json-schema.ts';

/** Forms of an API key, as security schemes of OpenAPI. */
export const securitySchemes = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'lap_…',
    description:
      'Deployed: an API key, which determines the customer. Its scopes are `ingest` and `read`; a key without the scope that a route requires is answered with 403 `API_1006`. Before any function runs, the gateway answers 401 `{"message"}` if there is no `authorization` header, and 403 `{"message"}` for a key that is unknown, revoked or expired; the cluster form answers 401 `API_1009` and 403 `API_1010`. There, a key with the scope `operate` can list all customers. On a laptop there are no keys. In every form, the token of a share link can take the place of a key: it can read the counts of one customer, and nothing else, until it expires.',
  },
  basicKey: {
    type: 'http',
    scheme: 'basic',
    description:
      'For senders that only know a user and a password: the API key is the password, of any user.',
  },
  splunkKey: {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description: '`Splunk <key>`: the API key is the token of the HTTP Event Collector.',
  },
  elasticsearchKey: {
    type: 'apiKey',
    in: 'header',
    name: 'authorization',
    description: '`ApiKey <base64 of id:key>`, with any id, or `ApiKey <key>`.',
  },
  firehoseKey: {
    type: 'apiKey',
    in: 'header',
    name: 'x-amz-firehose-access-key',
    description: 'The API key, as the access key of the HTTP endpoint.',
  },
} as const satisfies Json;

type SchemeName = keyof typeof securitySchemes;

/**
 * Returns the alternatives by which a caller may identify itself. The empty one is for the laptop form, which has no
 * keys.
 */
export function securityOf(route: Route): Json[] {
  if (route.scopes === undefined) return [];
  const alternatives = route.scopes.length === 0 ? [[]] : route.scopes.map((scope) => [scope]);
  return [{}, ...schemesOf(route).flatMap((scheme) => alternatives.map((scopes) => ({ [scheme]: scopes })))];
}

function schemesOf({ keyHeader, functionName }: Route): readonly SchemeName[] {
  if (keyHeader === 'x-amz-firehose-access-key') return ['firehoseKey'];
  const isNative = functionName === 'protocols';
  return isNative ? ['apiKey', 'basicKey', 'splunkKey', 'elasticsearchKey'] : ['apiKey'];
}
