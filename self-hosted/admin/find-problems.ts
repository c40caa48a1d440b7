import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterPipeline } from '../open-pipeline.ts';
import { topicName } from '../kafka/topics.ts';
import type { RunningRole } from '../roles/role.ts';
import { reasonOf } from '../../lib/reason-of.ts';

/** Time within which Kafka and the store must answer. */
const maxMilliseconds = 3_000;

/** Checks what keeps a process from working: Kafka, the store, or its own roles. */
export async function findProblems(
  { app, offsets, connection }: Pick<ClusterPipeline, 'app' | 'offsets' | 'connection'>,
  roles: readonly RunningRole[],
): Promise<readonly string[]> {
  const found = await Promise.all([
    problemOf('Kafka', async () => void (await offsets.ends(topicName(connection, 'batches')))),
    problemOf('The store', () => app.checkHealth()),
  ]);
  const ofRoles = roles.map((role) => {
    const problem = role.problem();
    return problem === undefined ? undefined : `${role.name}: ${problem}`;
  });
  return [...found, ...ofRoles].filter((problem) => problem !== undefined);
}

async function problemOf(what: string, look: () => Promise<void>): Promise<string | undefined> {
  const waiting = new AbortController();
  const tooLate = sleep(maxMilliseconds, `${what} does not answer.`, { signal: waiting.signal });
  tooLate.catch(() => undefined); // nobody waits for it any more
  const looked = look().then(
    () => undefined,
    (error: unknown) => `${what}: ${error instanceof Error ? reasonOf(error) : String(error)}`,
  );
  const problem = await Promise.race([looked, tooLate]);
  waiting.abort();
  return problem;
}
