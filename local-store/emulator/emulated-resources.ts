import * as z from 'zod';
import type { Resources } from '../resources.ts';

const metadataSchema = z.object({ Emulator: z.record(z.string(), z.unknown()).default({}) });

/**
 * The resources of `serverless.yml` as the emulator has them: with the properties that they have under `Emulator` in
 * their metadata, which CloudFormation leaves alone, in place of those for AWS.
 */
export function emulatedResources(resources: Resources): Resources {
  const emulated = Object.entries(resources).map(([logicalId, resource]) => {
    const { Emulator = {} } = metadataSchema.safeParse(resource.Metadata).data ?? {};
    return [logicalId, { ...resource, Properties: { ...resource.Properties, ...Emulator } }] as const;
  });
  return Object.fromEntries(emulated);
}
