import * as z from 'zod';
import type { Resources } from '../resources.ts';

const metadataSchema = z.object({ Emulator: z.record(z.string(), z.unknown()).default({}) });

/**
 * Returns the resources of `serverless.yml` for the emulator: properties under `Emulator` in their metadata, which
 * CloudFormation ignores, replace those for AWS.
 */
export function emulatedResources(resources: Resources): Resources {
  const emulated = Object.entries(resources).map(([logicalId, resource]) => {
    const { Emulator = {} } = metadataSchema.safeParse(resource.Metadata).data ?? {};
    return [logicalId, { ...resource, Properties: { ...resource.Properties, ...Emulator } }] as const;
  });
  return Object.fromEntries(emulated);
}
