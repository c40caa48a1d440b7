import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as z from 'zod';
import type { StreamName } from '../lib/domain/stream-name.ts';
import type { LocalStoreOptions } from '../local-store/open-local-store.ts';
import { emulatedResources } from '../local-store/emulator/emulated-resources.ts';
import { streamMappings } from '../local-store/emulator/stream-mappings.ts';
import { notificationRules } from '../local-store/notifications.ts';
import { queueSettings } from '../local-store/queues.ts';
import { repository, serverlessPath } from './emulator/spawn-emulator.ts';
import { messageOf } from '../lib/message-of.ts';

/** A `serverless.yml` that could not be read; the message has the framework's explanation. */
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
  provider: z.object({
    region: z.string(),
    environment: z.object({ INSIGHT_STREAM_NAME: z.string(), LATE_STREAM_NAME: z.string() }),
  }),
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

/** Settings of the local store. */
export interface Service extends Pick<LocalStoreOptions, 'region' | 'streams' | 'queues' | 'notifications'> {
  /** The names of the streams from `ingest` to `aggregate`. */
  readonly streamNames: Readonly<Record<StreamName, string>>;
}

/**
 * Reads the settings of the local store from `serverless.yml`, the one description of streams, queues and
 * notifications. Only the framework can resolve its variables, which takes 1.5 s. The streams get no consumers: records that
 * a command puts wait for the pipeline.
 * @throws ServiceUnreadable  the framework cannot read the file, or the emulator could not run it
 */
export async function describeService(): Promise<Service> {
  try {
    const args = [serverlessPath(), 'print', '--format', 'json'];
    const { stdout } = await run(process.execPath, args, {
      cwd: fileURLToPath(repository),
      maxBuffer: maxOutputBytes,
    });
    const service = serviceSchema.parse(JSON.parse(stdout));
    const { region, environment } = service.provider;
    const resources = emulatedResources(service.resources.Resources);
    const streams = streamMappings(service.functions, resources).map(
      ({ streamName, partitionCount }) => [streamName, { partitionCount, consumers: [] }] as const,
    );
    return {
      region,
      streamNames: { insights: environment.INSIGHT_STREAM_NAME, late: environment.LATE_STREAM_NAME },
      streams: Object.fromEntries(streams),
      queues: queueSettings(resources),
      notifications: notificationRules(resources),
    };
  } catch (cause) {
    const reason = messageOf(cause);
    throw new ServiceUnreadable(`serverless.yml cannot be read: ${reason}`, { cause });
  }
}
