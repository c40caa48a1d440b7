import * as z from 'zod';
import { parameterExamples } from './parameter-examples.ts';
import { schemas, type SchemaName } from './schemas.ts';

export type Json = Readonly<Record<string, unknown>>;

const options = {
  // The schema describes JSON as it is sent, and does not forbid members that a later version may add.
  io: 'input',
  override: ({ jsonSchema }) => {
    // Removes keywords that only zod uses, and those about the text form in which a number is sent.
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
    if (jsonSchema.type === 'integer') delete jsonSchema.pattern;
    if (jsonSchema.propertyNames !== undefined) delete jsonSchema.propertyNames;
  },
} as const satisfies z.core.ToJSONSchemaParams;

export function referenceTo(name: SchemaName): Json {
  return { $ref: `#/components/schemas/${name}` };
}

/** Returns all named schemas; they refer to each other by name. */
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

/** Returns the members of a schema as parameters of an operation. */
export function parametersOf(place: 'header' | 'path' | 'query', schema: z.ZodObject): Json[] {
  const { properties = {}, required = [] } = z.toJSONSchema(schema, options);
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...schema } = typeof property === 'object' ? property : {};
    const example = parameterExamples[name];
    return { name, in: place, required: required.includes(name), description, schema, example };
  });
}
