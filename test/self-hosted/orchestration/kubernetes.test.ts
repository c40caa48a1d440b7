import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod';
import { parseAlertRules } from '../../../lib/domain/alerts/alert-rules.ts';
import { killMilliseconds } from '../../../self-hosted/process/stop-times.ts';
import { roleNames } from '../../../self-hosted/roles/role-names.ts';
import { isKnown, isOptional, isSecret, parseSettings, roleOf, unknownSettings } from './known-settings.ts';
import {
  disruptionBudgetSchema,
  environmentOf,
  manifestFiles,
  networkPolicySchema,
  readKustomization,
  readManifests,
  readSettings,
  workloadSchema,
  type Workload,
} from './manifests.ts';

const { scripts, version } = JSON.parse(
  readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
) as { readonly scripts: Readonly<Record<string, string>>; readonly version: string };

const named = (workloads: readonly Workload[]) =>
  workloads.map((workload): [string, Workload] => [workload.metadata.name, workload]);
const roles = named(readManifests('roles', workloadSchema));
const projector = named(readManifests('clickhouse', workloadSchema));
const jobs = named(readManifests('setup', workloadSchema));
/** A patch that adds to a workload. */
const patchSchema = z.array(
  z.object({ op: z.literal('add'), path: z.string(), value: z.record(z.string(), z.unknown()) }),
);
const labelsOf = ({ metadata }: Workload) => metadata.labels;

/** The only container of a workload. */
function containerOf({ spec }: Workload) {
  const [container, ...others] = spec.template.spec.containers;
  if (container === undefined || others.length > 0) throw new Error('There must be one container.');
  return container;
}

describe('deploy/kubernetes', () => {
  it('has a workload for each role that `npm run cluster` runs', () => {
    const found = roles.map(([name, workload]) => `${name}: ${roleOf(containerOf(workload).command)}`);
    const expected = roleNames.filter((name) => !isOptional(name)).map((name) => `${name}: ${name}`);
    expect(new Set(found)).toEqual(new Set(expected));
    expect(found).toHaveLength(expected.length);
  });

  it.each(jobs)('%s runs a command that exists', (_, workload) => {
    const [program, file = '', name = ''] = containerOf(workload).command;
    expect(program).toBe('node');
    const known = `self-hosted/run-node.sh ${file} ${name}`;
    expect(Object.values(scripts).some((script) => script.includes(known))).toBe(true);
  });

  it.each([...roles, ...jobs])('%s has settings that its process understands', (_, workload) => {
    const environment = environmentOf(workload);
    expect(containerOf(workload).envFrom).toEqual([{ configMapRef: { name: 'settings' } }]);
    expect(unknownSettings(environment)).toEqual([]);
    expect(parseSettings(containerOf(workload).command, environment).pipeline.storage).toBe('kafka');
  });

  it.each([...roles, ...jobs])('%s takes secrets by reference', (_, workload) => {
    const literal = containerOf(workload).env.filter((each) => isSecret(each.name) && 'value' in each);
    expect(literal).toEqual([]);
    expect(Object.keys(readSettings()).filter(isSecret)).toEqual([]);
  });

  it.each([...roles, ...jobs])('%s may do nothing but its work', (_, workload) => {
    expect(workload.spec.template.spec).toMatchObject({
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
    });
    expect(containerOf(workload)).toMatchObject({
      image: 'log-analytics-cluster',
      securityContext: {
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      },
    });
    expect(containerOf(workload).resources.limits.memory).toMatch(/^\d+(?:Mi|Gi)$/);
  });

  it.each(roles.filter(([name]) => name !== 'api'))('%s keeps the names of its pods', (_, workload) => {
    expect(workload.kind).toBe('StatefulSet');
    expect(containerOf(workload).env).toContainEqual({
      name: 'INSTANCE_ID',
      valueFrom: { fieldRef: { fieldPath: 'metadata.name' } },
    });
  });

  it.each(roles)('%s is probed at its internal port', (name, workload) => {
    const { ports, startupProbe, livenessProbe, readinessProbe } = containerOf(workload);
    const environment = environmentOf(workload);
    expect(ports).toContainEqual({ name: 'internal', containerPort: Number(environment['ADMIN_PORT']) });
    expect(environment['ADMIN_HOST']).toBe('0.0.0.0');
    for (const probe of [startupProbe, livenessProbe]) {
      expect(probe?.httpGet).toEqual({ path: '/health', port: 'internal' });
    }
    // A pod of `api` that is not ready would answer nobody, where it has to answer 503 or from the store.
    const path = name === 'api' ? '/health' : '/ready';
    expect(readinessProbe?.httpGet).toEqual({ path, port: 'internal' });
  });

  it.each(roles)('%s may finish its running work', (_, workload) => {
    const { terminationGracePeriodSeconds = 0 } = workload.spec.template.spec;
    const sleep = containerOf(workload).lifecycle?.preStop.sleep.seconds ?? 0;
    expect(terminationGracePeriodSeconds * 1_000).toBeGreaterThan(sleep * 1_000 + 2 * killMilliseconds);
  });

  it('loses one pod of a role at a time, when nodes are drained', () => {
    const budgets = readManifests('roles', disruptionBudgetSchema);
    expect(budgets.map(({ spec }) => spec.selector.matchLabels)).toEqual(
      roles.map(([, workload]) => labelsOf(workload)),
    );
    for (const { spec } of budgets) expect(spec.maxUnavailable).toBe(1);
  });

  it('lets only named callers reach the internal port', () => {
    const policies = readManifests('roles', networkPolicySchema).map(({ spec }) => spec);
    expect(policies).toContainEqual({ policyTypes: ['Ingress'], ingress: [] });
    const open = policies.flatMap(({ ingress }) => ingress.filter(({ from }) => from === undefined));
    expect(open).toEqual([{ ports: [{ port: 'requests' }] }]);
  });

  it('describes the pods of all roles alike', () => {
    const members = [...roles, ...projector].filter(([name]) => name !== 'api');
    const [first, ...others] = members.map(([name, workload]) => {
      const { resources, ...container } = containerOf(workload);
      const { template, ...rest } = workload.spec;
      const text = JSON.stringify({ ...rest, pod: template.spec, container, metadata: workload.metadata });
      return text.replaceAll(JSON.stringify(resources), '"resources"').replaceAll(`"${name}"`, '"role"');
    });
    for (const other of others) expect(other).toBe(first);
  });

  describe.each([
    { folder: 'clickhouse', needs: 'CLICKHOUSE_URL' },
    { folder: 'flink', needs: 'AGGREGATE_ENGINE' },
  ])('$folder, besides roles', ({ folder, needs }) => {
    it.runIf(isKnown(needs))('has settings that the processes understand', () => {
      const patched = (readKustomization(folder).patches ?? []).flatMap(({ patch }) =>
        [...patch.matchAll(/\bname: ([A-Z_]+)$/gm)].map(([, name = '']): [string, string] => [
          name,
          'a-secret',
        ]),
      );
      const settings = { ...readSettings(`${folder}/settings.env`), ...Object.fromEntries(patched) };
      expect(unknownSettings(settings)).toEqual([]);
      for (const [name, workload] of [...roles, ...projector]) {
        const { command } = containerOf(workload);
        parseSettings(command, { ...environmentOf(workload), ...settings });
        if (isKnown('CLICKHOUSE_URL')) expect(roleOf(command)).toBe(name);
      }
    });

    it('has its manifests listed', () => {
      expect(readKustomization(folder).resources.toSorted()).toEqual(manifestFiles(folder).toSorted());
    });
  });

  describe('alerts, besides roles', () => {
    const { patches, configMapGenerator, resources } = readKustomization('alerts');
    const changes = patchSchema.parse(parse(patches?.[0]?.patch ?? ''));
    const added = (path: string) =>
      changes.filter((change) => change.path.endsWith(path)).map(({ value }) => value);

    it('gives roll-up, and no other role, the rules at the place that its setting names', () => {
      expect(resources).toEqual([]);
      expect(patches).toMatchObject([
        { target: { labelSelector: 'app.kubernetes.io/component=roll-up', kind: 'StatefulSet' } },
      ]);
      expect(configMapGenerator).toMatchObject([{ name: 'alert-rules', files: ['alert-rules.json'] }]);
      expect(added('/volumes/-')).toEqual([{ name: 'alert-rules', configMap: { name: 'alert-rules' } }]);
      expect(added('/volumeMounts/-')).toEqual([
        { name: 'alert-rules', mountPath: '/alerts', readOnly: true },
      ]);
      expect(added('/env/-')).toContainEqual({ name: 'ALERT_RULES', value: '/alerts/alert-rules.json' });
    });

    it('has rules that the process understands, with and without a webhook', () => {
      const file = new URL('../../../deploy/kubernetes/alerts/alert-rules.json', import.meta.url);
      expect(() => parseAlertRules(readFileSync(file, 'utf8'))).not.toThrow();
      const names = added('/env/-').map(({ name }) => name);
      expect(names).toEqual(['ALERT_RULES', 'ALERT_WEBHOOK_URL', 'ALERT_WEBHOOK_SECRET']);
      expect(names.filter((name) => !isKnown(String(name)))).toEqual([]);
      const [, rollUp] = roles.find(([name]) => name === 'roll-up') ?? expect.fail('there is no roll-up');
      const { command } = containerOf(rollUp);
      const settings = { ...environmentOf(rollUp), ALERT_RULES: '/alerts/alert-rules.json' };
      expect(parseSettings(command, settings).pipeline.alertWebhook).toBeUndefined();
      const ALERT_WEBHOOK_URL = 'https://hooks.example.com/traffic';
      const ALERT_WEBHOOK_SECRET = `whsec_${Buffer.alloc(32).toString('base64')}`;
      const { pipeline } = parseSettings(command, { ...settings, ALERT_WEBHOOK_URL, ALERT_WEBHOOK_SECRET });
      expect(pipeline.alertWebhook?.url.href).toBe(ALERT_WEBHOOK_URL);
    });

    it('takes the webhook by reference, from a secret that may be absent', () => {
      const references = added('/env/-').filter(({ name }) => name !== 'ALERT_RULES');
      for (const { valueFrom } of references) {
        expect(valueFrom).toMatchObject({ secretKeyRef: { name: 'alerts', optional: true } });
      }
    });
  });

  it.each(['roles', 'setup'])(
    '%s/kustomization.yaml lists every file, and the image of this version',
    (folder) => {
      const { resources, images } = readKustomization(folder);
      expect(resources.filter((file) => file !== '../settings').toSorted()).toEqual(
        manifestFiles(folder).toSorted(),
      );
      expect(images).toMatchObject([{ name: 'log-analytics-cluster', newTag: version }]);
    },
  );
});
