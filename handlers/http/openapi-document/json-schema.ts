import * as z from 'zod';
import { schemas, type SchemaName } from './schemas.ts';

export type Json = Readonly<Record<string, unknown>>;

const options = {
  // As it is sent; and without a word against members that a later version may add.
  io: 'input',
  override: ({ jsonSchema }) => {
    // What zod says besides, and what is said of the text that a number is sent as.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.type === 'integer') delete jsonSchema.pattern;
    if (jsonSchema.propertyNames !== undefined) delete jsonSchema.propertyNames;
  },
} as const satisfies z.core.ToJSONSchemaParams;

export function referenceTo(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** Returns all named schemas; where one holds another, it refers to it. */
export function namedSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const { schemas: described } = z.toJSONSchema(registry, {
    ...options,
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(
    Object.entries(described).map(([name, { $schema: _schema, $id: _id, ...schema }]) => [name, schema]),
  );
}

/** The members of a schema as the parameters of an operation. */
export function parametersOf(place: 'header' | 'path' | 'query', schema: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, options);
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = typeof property === 'object' ? property : {};
    return { name, in: place, required: required.includes(name), description, schema };
  });
}
