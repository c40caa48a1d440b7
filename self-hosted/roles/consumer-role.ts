import { setTimeout as sleep } from 'node:timers/promises';
import type { RoleName } from './role-names.ts';
import type { RoleContext, RunningRole } from './role.ts';
import { messageOf } from '../../lib/message-of.ts';

/** A consumer of topics at work. */
export interface Source {
  /** Resolves after `stop`; rejects when it cannot go on. */
  readonly ended: Promise<void>;
  /** Begins nothing new, and resolves when what runs has ended. */
  stop(): Promise<void>;
}

/** Creates a role from consumers of topics. If one of them cannot go on, the others are stopped as well. */
export function consumerRole(
  name: RoleName,
  sources: readonly Source[],
  { onStopped, logger }: Pick<RoleContext, 'onStopped' | 'logger'>,
): RunningRole {
  let problem: string | undefined;
  for (const source of sources) {
    source.ended.catch((error: unknown) => {
      problem ??= messageOf(error);
      onStopped(name, error);
      for (const other of sources) other.stop().catch(() => undefined); // its own failure comes here as well
    });
  }
  return {
    name,
    problem: () => problem,
    async stop(timeoutMilliseconds) {
      const waiting = new AbortController();
      const timeout = sleep(timeoutMilliseconds, 'too late', { signal: waiting.signal }).catch(() => 'ended');
      const stopped = Promise.all(sources.map((source) => source.stop()));
      if ((await Promise.race([stopped, timeout])) === 'too late') {
        logger.warn('Work did not end in time; its records are delivered again elsewhere.', { role: name });
      }
      waiting.abort();
    },
  };
}
