import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { killMilliseconds } from '../../../self-hosted/process/stop-times.ts';
import { roleNames } from '../../../self-hosted/roles/role-names.ts';
import { environmentOf, interpolate, readComposeFile } from './compose-file.ts';
import { isKnown, isOptional, isSecret, parseSettings, roleOf, unknownSettings } from './known-settings.ts';

const { scripts } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};
const base = readComposeFile('compose.yaml');
const aSecret = `whsec_${Buffer.alloc(32).toString('base64')}`;
const { services, networks, volumes } = base;
const all = Object.entries(services);
/** Services that run our image. */
const ours = all.filter(([, { build }]) => build !== undefined);
const pinnedImage = /^[\w./-]+:v?\d+\.\d+[\w.-]*$/;
const roles = ours.filter(([, { command }]) => roleOf(command) !== undefined);

describe('deploy/compose/compose.yaml', () => {
  it('has a service for each role that `npm run cluster` runs', () => {
    const expected = roleNames.filter((name) => !isOptional(name)).map((name) => [name, name]);
    expect(roles.map(([name, { command }]) => [name, roleOf(command)])).toEqual(expected);
  });

  it.each(ours)('%s runs a command that exists', (_, service) => {
    const [program = '', file = '', name = ''] = [...service.entrypoint, ...service.command];
    expect(program).toBe('node');
    if (roleOf(service.command) !== undefined) return;
    const known =
      file === 'self-hosted/main.ts'
        ? `self-hosted/run-node.sh ${file} ${name}`
        : 'node bin/log-analytics.mjs';
    expect(Object.values(scripts).some((script) => script.includes(known))).toBe(true);
  });

  it.each(ours)('%s has settings that its process understands', (_, service) => {
    const environment = environmentOf(service);
    expect(unknownSettings(environment)).toEqual([]);
    expect(parseSettings(service.command, environment).pipeline.storage).toBe('kafka');
  });

  it.each(ours)('%s may change nothing but what it is given', (_, service) => {
    expect(service).toMatchObject({
      build: { target: 'cluster' },
      read_only: true,
      cap_drop: ['ALL'],
      security_opt: ['no-new-privileges:true'],
    });
  });

  it.each(all)('%s has a pinned image, a limit of memory and a check of its health', (_, service) => {
    if (service.build === undefined) expect(service.image).toMatch(pinnedImage);
    expect(interpolate(service.mem_limit ?? '')).toMatch(/^\d+[mg]$/);
    const isServer = service.restart === 'unless-stopped';
    const hasCheck = service.healthcheck?.test !== undefined || service.build !== undefined;
    expect(hasCheck && service.healthcheck?.disable !== true).toBe(isServer);
  });

  it.each(all)('%s has no secret in plain text', (_, { environment }) => {
    const literal = Object.entries(environment).filter(
      ([name, value]) => isSecret(name) && !value.startsWith('${'),
    );
    expect(literal).toEqual([]);
  });

  it.each(all)('%s refers to services, networks and volumes that exist', (_, service) => {
    expect(Object.keys(services)).toEqual(expect.arrayContaining(Object.keys(service.depends_on)));
    expect(Object.keys(networks)).toEqual(expect.arrayContaining(service.networks));
    const named = service.volumes.map((volume) => volume.split(':', 1)[0]);
    expect(Object.keys(volumes)).toEqual(expect.arrayContaining(named));
  });

  it('starts roles after the topics and the bucket exist', () => {
    for (const [, { depends_on }] of roles) {
      expect(depends_on).toEqual({
        topics: { condition: 'service_completed_successfully' },
        bucket: { condition: 'service_completed_successfully' },
      });
    }
    expect(services['topics']?.depends_on).toEqual({ kafka: { condition: 'service_healthy' } });
    expect(services['bucket']?.depends_on).toEqual({ s3: { condition: 'service_healthy' } });
  });

  it('gives each member of a consumer group a name of its own that stays the same', () => {
    const members = roles.filter(([name]) => name !== 'api');
    const names = members.map(([, { environment }]) => environment['INSTANCE_ID']);
    expect(names).toEqual(members.map(([name]) => `${name}-1`));
  });

  it('publishes requests alone, on this machine alone', () => {
    const published = all.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${interpolate(port)}`));
    expect(published).toEqual(['api 127.0.0.1:8080:8080']);
    expect(networks['internal']).toEqual({ internal: true });
    const reachable = all.filter(([, service]) => service.networks.some((name) => name !== 'internal'));
    expect(reachable.map(([name]) => name)).toEqual(['api']);
  });

  it.each(roles)(
    'gives %s the time that its running work may take',
    (_, { stop_grace_period: time = '0s' }) => {
      expect(Number(/^(\d+)s$/.exec(time)?.[1]) * 1_000).toBeGreaterThan(2 * killMilliseconds);
    },
  );
});

describe.each([
  { file: 'clickhouse.yaml', needs: 'CLICKHOUSE_URL' },
  { file: 'flink.yaml', needs: 'AGGREGATE_ENGINE' },
  { file: 'alerts.yaml', needs: 'ALERT_RULES' },
])('deploy/compose/$file, besides compose.yaml', ({ file, needs }) => {
  const overlay = readComposeFile(file);
  const added = Object.entries(overlay.services).filter(([name]) => services[name] === undefined);

  it.runIf(isKnown(needs))('has settings that the processes understand', () => {
    for (const [name, service] of Object.entries(overlay.services)) {
      const before = services[name];
      const command = service.command.length > 0 ? service.command : (before?.command ?? []);
      if (roleOf(command) === undefined && name !== 'command') continue; // not a process of the pipeline
      const environment = { ...(before && environmentOf(before)), ...environmentOf(service) };
      expect(unknownSettings(environment)).toEqual([]);
      expect(parseSettings(command, environment).pipeline.storage).toBe('kafka');
    }
  });

  it.runIf(isKnown(needs))('adds processes of roles that exist', () => {
    const ours = added.filter(([, { build }]) => build?.target === 'cluster');
    expect(ours.map(([, { command }]) => roleOf(command))).toEqual(ours.map(([name]) => name));
  });

  it.each(added)('%s has a pinned image, a limit of memory and a check of its health', (_, service) => {
    if (service.build === undefined) expect(service.image).toMatch(pinnedImage);
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.healthcheck?.test !== undefined || service.build?.target === 'cluster').toBe(true);
    expect(service).toMatchObject({ cap_drop: ['ALL'], restart: 'unless-stopped', networks: ['internal'] });
    expect(service.ports).toEqual([]);
  });

  it.each(Object.entries(overlay.services))('%s has no secret in plain text', (_, { environment }) => {
    const literal = Object.entries(environment).filter(
      ([name, value]) => isSecret(name) && !value.startsWith('${'),
    );
    expect(literal).toEqual([]);
  });

  it('refers to services and volumes that exist', () => {
    const known = [...Object.keys(services), ...Object.keys(overlay.services)];
    const knownVolumes = [...Object.keys(volumes), ...Object.keys(overlay.volumes)];
    for (const [, service] of added) {
      expect(known).toEqual(expect.arrayContaining(Object.keys(service.depends_on)));
      const named = service.volumes.map((volume) => volume.split(':', 1)[0]);
      expect(knownVolumes).toEqual(expect.arrayContaining(named));
    }
  });
});

describe('deploy/compose/alerts.yaml', () => {
  const { services: changed, configs } = readComposeFile('alerts.yaml');
  const webhook = { ALERT_WEBHOOK_URL: 'https://hooks.example.com/traffic', ALERT_WEBHOOK_SECRET: aSecret };

  it('gives roll-up, and no other role, the rules at the place that its setting names', () => {
    expect(Object.keys(changed)).toEqual(['roll-up']);
    const rollUp = changed['roll-up'] ?? expect.fail('there is no roll-up');
    expect(rollUp.configs).toEqual([{ source: 'alert-rules', target: environmentOf(rollUp)['ALERT_RULES'] }]);
    expect(interpolate(configs['alert-rules']?.file ?? '')).toBe('./alert-rules.json');
  });

  it('connects it to a network that reaches a webhook', () => {
    expect(changed['roll-up']?.networks).toEqual(['internal', 'public']);
    expect(networks['public']?.internal).toBeUndefined();
  });

  it('passes on the webhook of the variables in example.env', () => {
    const { environment } = changed['roll-up'] ?? expect.fail('there is no roll-up');
    const example = readFileSync(new URL('../../../deploy/compose/example.env', import.meta.url), 'utf8');
    for (const name of Object.keys(webhook)) {
      expect(environment[name]).toBe(`\${${name}:-}`);
      expect(example).toMatch(new RegExp(`^${name}=$`, 'm'));
    }
    const before = services['roll-up'] ?? expect.fail('there is no roll-up');
    const { pipeline } = parseSettings(before.command, { ...environmentOf(before), ...webhook });
    expect(pipeline.alertWebhook?.url.href).toBe(webhook.ALERT_WEBHOOK_URL);
  });
});
