import { environmentSchema } from '../../lib/environment-schema.ts';
import { clusterEnvironmentSchema } from '../cluster-environment.ts';

const settings = [...Object.keys(environmentSchema.shape), ...Object.keys(clusterEnvironmentSchema.shape)];

/** Returns lines that set the settings of a cluster in a shell, so that commands work on it, and the address of its `api`. */
export function shellSettings(env: Readonly<Record<string, string | undefined>>, baseUrl: string): string {
  const values = settings.map((name) => [name, env[name]] as const);
  return [...values, ['LOG_URL', baseUrl] as const]
    .flatMap(([name, value]) => (value === undefined ? [] : [`export ${name}=${quoted(value)}\n`]))
    .join('');
}

/** Quotes a text for a shell, if it has other characters than those of names, addresses and paths. */
export function quoted(text: string): string {
  return /^[\w./:,@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
