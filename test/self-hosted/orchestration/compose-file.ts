import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';

const serviceSchema = z.object({
  image: z.string().optional(),
  build: z.object({ context: z.string(), target: z.string().optional() }).optional(),
  entrypoint: z.array(z.string()).default([]),
  command: z.array(z.string()).default([]),
  environment: z.record(z.string(), z.string()).default({}),
  depends_on: z.record(z.string(), z.object({ condition: z.string() })).default({}),
  networks: z.array(z.string()).default([]),
  ports: z.array(z.string()).default([]),
  volumes: z.array(z.string()).default([]),
  configs: z.array(z.object({ source: z.string(), target: z.string() })).default([]),
  profiles: z.array(z.string()).default([]),
  healthcheck: z.object({ test: z.array(z.string()).optional(), disable: z.boolean().optional() }).optional(),
  restart: z.string().optional(),
  mem_limit: z.string().optional(),
  stop_grace_period: z.string().optional(),
  read_only: z.boolean().default(false),
  cap_drop: z.array(z.string()).default([]),
  security_opt: z.array(z.string()).default([]),
});

const fileSchema = z.object({
  services: z.record(z.string(), serviceSchema),
  networks: z.record(z.string(), z.object({ internal: z.boolean().optional() })).default({}),
  volumes: z.record(z.string(), z.unknown()).default({}),
  configs: z.record(z.string(), z.object({ file: z.string() })).default({}),
});

export type ComposeService = z.output<typeof serviceSchema>;

/** Values of variables that have no default, as `.env` would have them. */
const given: Readonly<Record<string, string>> = {
  S3_ACCESS_KEY_ID: 'an-id',
  S3_SECRET_ACCESS_KEY: 'a-secret',
  CLICKHOUSE_PASSWORD: 'a-password',
};

/** Reads a file of `deploy/compose`, with its variables not yet replaced. */
export function readComposeFile(name: string): z.output<typeof fileSchema> {
  const path = fileURLToPath(new URL(`../../../deploy/compose/${name}`, import.meta.url));
  return fileSchema.parse(parse(readFileSync(path, 'utf8'), { merge: true }));
}

/** Replaces variables such as `${PORT:-8080}`, as compose does. */
export function interpolate(text: string): string {
  return text.replaceAll(
    /\$\{(?<name>\w+)(?::(?<kind>[-?])(?<rest>[^}]*))?\}/g,
    (_, name: string, kind: string | undefined, rest: string | undefined) =>
      given[name] ?? (kind === '-' ? (rest ?? '') : missing(name)),
  );
}

function missing(name: string): never {
  throw new Error(`The variable ${name} has no default, and is not in example.env.`);
}

/** Returns the environment of a service as its process gets it. */
export function environmentOf({ environment }: ComposeService): Record<string, string> {
  return Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, interpolate(value)]));
}
