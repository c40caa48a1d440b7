import { compile } from 'json-schema-to-typescript-lite';
import { dimensions } from '../lib/domain/dimensions.ts';
import { describeApi } from '../handlers/http/openapi-document/describe-api.ts';

/** The schemas of the OpenAPI document that the client has types of, with the names that it gives them. */
const names = {
  Entry: 'Entry',
  Error: 'ErrorAnswer',
  Accepted: 'Accepted',
  Window: 'Window',
  WindowPage: 'WindowPage',
  KeyTotal: 'KeyTotal',
  PathTotal: 'PathTotal',
  PathWindow: 'PathWindow',
  PathWindowPage: 'PathWindowPage',
  PathCounts: 'PathCounts',
  PathPage: 'PathPage',
  Total: 'Total',
  Batch: 'BatchAnswer',
  Alert: 'Alert',
  AlertPage: 'AlertPage',
  ShareLink: 'ShareLink',
  ShareLinkOptions: 'ShareLinkOptions',
} as const;

const heading =
  '/** The HTTP contract, made from the OpenAPI document by `npm run client:types`. Change it there. */\n';

/** Writes the types of requests and answers as TypeScript, from the OpenAPI document of the pipeline. */
export async function describeClientTypes(): Promise<string> {
  let document = JSON.stringify(describeApi());
  for (const [name, own] of Object.entries(names)) {
    document = document.replaceAll(`"#/components/schemas/${name}"`, `"#/components/schemas/${own}"`);
  }
  const { components } = JSON.parse(document) as { components: { schemas: Record<string, object> } };
  const schemas = Object.fromEntries(
    Object.entries(names).map(([name, own]) => [own, components.schemas[name] ?? missing(name)]),
  );
  // The client asks for all dimensions, and so these are in each window that it returns.
  const always = dimensions.filter(({ isAlwaysThere }) => isAlwaysThere).map(({ field }) => field);
  const { required = [] }: { readonly required?: readonly string[] } = schemas['Window'] ?? {};
  schemas['Window'] = { ...schemas['Window'], required: [...required, ...always] };
  const contract = {
    type: 'object',
    properties: Object.fromEntries(
      Object.keys(schemas).map((name) => [name, { $ref: `#/components/schemas/${name}` }]),
    ),
    components: { schemas },
  } as const;
  const text = await compile(contract, 'Contract', { additionalProperties: false });
  // The first interface only has the others as its fields.
  return `${heading}${text.slice(text.indexOf('}\n') + 2)}`;
}

function missing(name: string): never {
  throw new Error(`The OpenAPI document has no schema ${name}.`);
}
