import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { LocalStoreOptions } from '../local-store/open-local-store.ts';
import { emulatedResources } from '../local-store/emulator/emulated-resources.ts';
import { streamMappings } from '../local-store/emulator/stream-mappings.ts';
import { notificationRules } from '../local-store/notifications.ts';
import { queueSettings } from '../local-store/queues.ts';
import { repository, serverlessPath } from './emulator/spawn-emulator.ts';

/** `serverless.yml` could not be read; the message has what the framework said. */
export class ServiceUnreadable extends Error {
  override readonly name = 'ServiceUnreadable';
}

const run = promisify(execFile);
const maxOutputBytes = 16 * 1024 * 1024;

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z.record(z.string(), z.unknown()).default({}),
  Metadata: z.unknown().optional(),
});

const serviceSchema = z.object({
  provider: z.object({ region: z.string() }),
  functions: z.record(
    z.string(),
    z.object({
      handler: z.string(),
      name: z.string(),
      events: z.array(z.record(z.string(), z.unknown())).default([]),
    }),
  ),
  resources: z.object({ Resources: z.record(z.string(), resourceSchema) }),
});

/**
 * What the local store has to be opened with, from `serverless.yml`, the one description of streams, queues and
 * notifications. Its variables are the framework's to resolve, so it is asked for them, which takes 1.5 s. Streams have
 * no consumers: what a command puts waits for the pipeline.
 * @throws ServiceUnreadable  the framework cannot read it, or it is not what the emulator could run
 */
export async function describeService(): Promise<
  Pick<LocalStoreOptions, 'region' | 'streams' | 'queues' | 'notifications'>
> {
  try {
    const args = [serverlessPath, 'print', '--format', 'json'];
    const { stdout } = await run(process.execPath, args, {
      cwd: fileURLToPath(repository),
      maxBuffer: maxOutputBytes,
    });
    const service = serviceSchema.parse(JSON.parse(stdout));
    const resources = emulatedResources(service.resources.Resources);
    const streams = streamMappings(service.functions, resources).map(
      ({ streamName, partitionCount }) => [streamName, { partitionCount, consumers: [] }] as const,
    );
    return {
      region: service.provider.region,
      streams: Object.fromEntries(streams),
      queues: queueSettings(resources),
      notifications: notificationRules(resources),
    };
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new ServiceUnreadable(`serverless.yml cannot be read: ${reason}`, { cause });
  }
}
