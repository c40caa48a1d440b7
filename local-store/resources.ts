import * as z from 'zod';

/** The resources as written in `serverless.yml`: CloudFormation functions are not resolved. */
export type Resources = Readonly<Record<string, Resource>>;

export interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly Metadata?: unknown;
}

/** Schema of `!GetAtt Resource.Arn`, which yields the logical id of the resource. */
export const arnOfResource = z
  .object(
    { 'Fn::GetAtt': z.tuple([z.string(), z.literal('Arn')]) },
    { error: 'must be the Arn of a resource of this service (!GetAtt Resource.Arn)' },
  )
  .transform((reference) => reference['Fn::GetAtt'][0]);

/** Schema of an integer. A variable of `serverless.yml` turns it into a text, and CloudFormation accepts both. */
export function integerProperty(min: number, max: number) {
  const toNumber = (value: unknown) =>
    typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return z.preprocess(toNumber, z.int().min(min).max(max));
}

/** Reads the properties of a resource. @throws Error  names the resource and each property that cannot be used */
export function parseProperties<Schema extends z.ZodType>(
  schema: Schema,
  logicalId: string,
  { Properties = {} }: Resource,
): z.output<Schema> {
  const parsed = schema.safeParse(Properties);
  if (parsed.success) return parsed.data;
  throw new Error(`The resource ${logicalId} cannot be run: ${z.prettifyError(parsed.error)}`);
}
