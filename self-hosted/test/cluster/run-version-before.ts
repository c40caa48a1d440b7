import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { LocalCluster } from '../../local/local-cluster.ts';
import { SupervisedProcess } from '../../local/supervised-process.ts';
import type { RoleName } from '../../roles/role-names.ts';

/** A process of the version before. */
export interface ProcessBefore {
  /** Resolves when the process has died. */
  readonly died: Promise<unknown>;
  stop(): Promise<void>;
}

const program = fileURLToPath(new URL('../../main.ts', import.meta.url));
const hooks = new URL('version-before.mjs', import.meta.url).href;

/** Ends the processes of a role and starts one of the version before, with the name and the ports of the first of them. */
export async function runVersionBefore(
  cluster: LocalCluster,
  role: RoleName,
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessBefore> {
  const [first] = cluster.of(role);
  const [url] = cluster.urls;
  if (first === undefined || url === undefined) throw new Error(`The cluster has no role ${role}.`);
  await Promise.all(cluster.of(role).map((each) => each.stop()));
  const { port: adminPort } = new URL(first.adminUrl);
  const deaths = new EventTarget();
  const before = new SupervisedProcess({
    name: first.name,
    args: ['--import', hooks, program, role],
    env: {
      ...cluster.env,
      PORT: url.port,
      ADMIN_PORT: adminPort,
      API_PROCESSES: '1',
      INSTANCE_ID: first.name,
      ...env,
    },
    logFile: first.logFile,
    adminPort: Number(adminPort),
    onRestart: () => deaths.dispatchEvent(new Event('death')),
  });
  const died = once(deaths, 'death');
  await before.start();
  return { died, stop: () => before.stop() };
}
