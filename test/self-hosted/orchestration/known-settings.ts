import { environmentSchema } from '../../../lib/environment-schema.ts';
import { clusterEnvironmentSchema } from '../../../self-hosted/cluster-environment.ts';
import { parseClusterConfig, requireCallers } from '../../../self-hosted/config.ts';
import { roleNames } from '../../../self-hosted/roles/role-names.ts';

/** Variables that `npm run` commands read, besides the settings. */
const ofCommands = ['LOG_URL', 'LOG_HEADERS', 'LOG_CUSTOMER'];

const known: ReadonlySet<string> = new Set([
  ...Object.keys(environmentSchema.shape),
  ...Object.keys(clusterEnvironmentSchema.shape),
  ...ofCommands,
]);

/** Reports whether this version of the pipeline has a setting. */
export function isKnown(name: string): boolean {
  return known.has(name);
}

/** Returns the variables that no process of the pipeline reads. */
export function unknownSettings(environment: Readonly<Record<string, string>>): string[] {
  return Object.keys(environment).filter((name) => !isKnown(name));
}

/**
 * Parses the settings of a process as the process itself does.
 * @throws InvalidConfig  it would not start with them
 */
export function parseSettings(command: readonly string[], environment: Readonly<Record<string, string>>) {
  const config = parseClusterConfig(environment);
  if (roleOf(command) === 'api') requireCallers(config, environment);
  return config;
}

/** Returns the role that a command line runs, if it runs one. */
export function roleOf(command: readonly string[]): (typeof roleNames)[number] | undefined {
  const [program, file, name, ...rest] = command;
  if (program !== 'node' || file !== 'self-hosted/main.ts' || rest.length > 0) return undefined;
  return roleNames.find((role) => role === name);
}

/** Reports whether a variable holds a secret. */
export function isSecret(name: string): boolean {
  return /PASSWORD|SECRET|ACCESS_KEY|API_KEYS$/.test(name);
}

/** Reports whether an installation does without a role unless it has ClickHouse. */
export function isOptional(role: string): boolean {
  return role === 'project';
}
