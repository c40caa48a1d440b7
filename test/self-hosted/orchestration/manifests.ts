import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';

const labels = z.record(z.string(), z.string());

const variableSchema = z.union([
  z.strictObject({ name: z.string(), value: z.string() }),
  z.strictObject({
    name: z.string(),
    valueFrom: z.union([
      z.strictObject({ fieldRef: z.object({ fieldPath: z.string() }) }),
      z.strictObject({
        secretKeyRef: z.object({ name: z.string(), key: z.string(), optional: z.boolean().default(false) }),
      }),
    ]),
  }),
]);

const probeSchema = z.looseObject({ httpGet: z.object({ path: z.string(), port: z.string() }) });

const containerSchema = z.looseObject({
  name: z.string(),
  image: z.string(),
  command: z.array(z.string()).default([]),
  envFrom: z.array(z.object({ configMapRef: z.object({ name: z.string() }) })).default([]),
  env: z.array(variableSchema).default([]),
  ports: z.array(z.object({ name: z.string(), containerPort: z.number() })).default([]),
  startupProbe: probeSchema.optional(),
  livenessProbe: probeSchema.optional(),
  readinessProbe: probeSchema.optional(),
  lifecycle: z.object({ preStop: z.object({ sleep: z.object({ seconds: z.number() }) }) }).optional(),
  resources: z.looseObject({ limits: z.object({ memory: z.string() }) }),
  securityContext: z.unknown(),
});

export const workloadSchema = z.looseObject({
  kind: z.enum(['Deployment', 'StatefulSet', 'Job']),
  metadata: z.object({ name: z.string(), labels }),
  spec: z.looseObject({
    template: z.object({
      metadata: z.object({ labels }),
      spec: z.looseObject({
        terminationGracePeriodSeconds: z.number().optional(),
        securityContext: z.unknown(),
        containers: z.array(containerSchema),
      }),
    }),
  }),
});

export type Workload = z.output<typeof workloadSchema>;

export const disruptionBudgetSchema = z.object({
  kind: z.literal('PodDisruptionBudget'),
  spec: z.object({ maxUnavailable: z.number(), selector: z.object({ matchLabels: labels }) }),
});

export const networkPolicySchema = z.object({
  kind: z.literal('NetworkPolicy'),
  spec: z.object({
    policyTypes: z.array(z.string()),
    ingress: z
      .array(
        z.object({
          from: z.array(z.unknown()).optional(),
          ports: z.array(z.object({ port: z.string() })),
        }),
      )
      .default([]),
  }),
});

const kustomizationSchema = z.looseObject({
  resources: z.array(z.string()).default([]),
  patches: z.array(z.object({ target: z.unknown().optional(), patch: z.string() })).optional(),
  configMapGenerator: z.unknown().optional(),
  images: z.array(z.object({ name: z.string(), newTag: z.string() })).default([]),
});

const pathOf = (path: string) =>
  fileURLToPath(new URL(`../../../deploy/kubernetes/${path}`, import.meta.url));

/** Returns the documents of a folder of `deploy/kubernetes` that have the form of a schema. */
export function readManifests<T>(folder: string, schema: z.ZodType<T>): T[] {
  const kinds = z.object({ kind: z.string() });
  return manifestFiles(folder)
    .flatMap((file) => parseAllDocuments(readFileSync(pathOf(`${folder}/${file}`), 'utf8')))
    .map((document): unknown => document.toJS())
    .filter((document) => isOfKind(schema, kinds.parse(document).kind))
    .map((document) => schema.parse(document));
}

/** Reports whether a schema describes resources of a kind, whatever else it asks for. */
function isOfKind(schema: z.ZodType, kind: string): boolean {
  const { error } = schema.safeParse({ kind });
  return error === undefined || error.issues.every(({ path }) => path[0] !== 'kind');
}

/** Returns the names of the files of a folder, without its list of them. */
export function manifestFiles(folder: string): string[] {
  return readdirSync(pathOf(folder)).filter(
    (file) => file.endsWith('.yaml') && file !== 'kustomization.yaml' && !file.startsWith('patch-'),
  );
}

export function readKustomization(folder: string): z.output<typeof kustomizationSchema> {
  return kustomizationSchema.parse(parse(readFileSync(pathOf(`${folder}/kustomization.yaml`), 'utf8')));
}

/** Returns the settings of all processes. */
export function readSettings(file = 'settings/settings.env'): Record<string, string> {
  const lines = readFileSync(pathOf(file), 'utf8').split('\n');
  return Object.fromEntries(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** Returns the environment of a workload's container as its process gets it, with made-up secrets. */
export function environmentOf({ metadata, spec }: Workload): Record<string, string> {
  const [container] = spec.template.spec.containers;
  const own = (container?.env ?? []).flatMap((variable): [string, string][] => {
    if ('value' in variable) return [[variable.name, variable.value]];
    const { valueFrom } = variable;
    if ('fieldRef' in valueFrom) return [[variable.name, `${metadata.name}-0`]];
    return valueFrom.secretKeyRef.optional ? [] : [[variable.name, 'a-secret']];
  });
  return { ...readSettings(), ...Object.fromEntries(own) };
}
