import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const cache = fileURLToPath(new URL('../../node_modules/.cache/cluster/', import.meta.url));

/** Paths of the programs that `set-up.sh` installs. */
export const installedPrograms = {
  kafkaJars: `${cache}kafka/lib`,
  flinkLibraries: `${cache}flink-2.2.1/lib`,
  flinkPlugins: `${cache}flink-2.2.1/plugins`,
  clickHousePython: `${cache}clickhouse/bin/python`,
  versitygw: `${cache}bin/versitygw-v1.8.0`,
} as const;

/**
 * Returns the path of a program.
 * @param part  the option of `set-up.sh` for what it installs only when asked
 * @throws Error  the program is not installed; the message says how to install it
 */
export function requireInstalled(path: string, part?: '--clickhouse' | '--flink'): string {
  if (existsSync(path)) return path;
  throw new Error(
    `${path} does not exist. Install it with: bash self-hosted/set-up.sh${part === undefined ? '' : ` ${part}`}`,
  );
}
