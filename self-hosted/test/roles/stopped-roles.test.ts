import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../lib/logger.ts';
import { CannotStart } from '../../cannot-start.ts';
import { RoleStopped } from '../../kafka/consumer/role-stopped.ts';
import { endWithLastRole } from '../../process/end-with-last-role.ts';
import { consumerRole, type Source } from '../../roles/consumer-role.ts';
import { repeatedly } from '../../roles/repeatedly.ts';
import type { RoleName } from '../../roles/role-names.ts';

const stopped = new RoleStopped('Start this role with that version.');

function processOf(...roles: readonly RoleName[]) {
  const lines: string[] = [];
  const ends: unknown[] = [];
  const clock = { now: () => new Date(0) };
  const logger = createLogger({ level: 'info', clock, write: (line) => lines.push(line) });
  const onStopped = endWithLastRole(roles, { onStopped: (error) => void ends.push(error), logger });
  return { lines, ends, logger, onStopped };
}

/** Creates a source that ends when it is stopped, or fails when it is told to. */
function createSource() {
  let fail: (error: unknown) => void = () => undefined;
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve, reject) => ([end, fail] = [resolve, reject]));
  let stops = 0;
  const source: Source = {
    ended,
    async stop() {
      stops += 1;
      end();
    },
  };
  return { source, fail, stops: () => stops };
}

describe('a process with several roles', () => {
  it.each([stopped, new CannotStart('Start the version that migrated it.')])(
    'goes on with the others when one says why it cannot, and logs that: %s',
    (error) => {
      const { ends, lines, onStopped } = processOf('api', 'summarizer', 'verify');
      onStopped('summarizer', error);
      expect(ends).toEqual([]);
      expect(lines.join('')).toContain(`"role":"summarizer"`);
      expect(lines.join('')).toContain(error.message);
    },
  );

  it('ends with the last of them', () => {
    const { ends, onStopped } = processOf('summarizer', 'verify');
    onStopped('summarizer', stopped);
    onStopped('summarizer', stopped); // by another of its sources
    expect(ends).toEqual([]);
    onStopped('verify', stopped);
    expect(ends).toEqual([stopped]);
  });

  it('ends at a fault of this program', () => {
    const { ends, onStopped } = processOf('api', 'summarizer');
    const fault = new TypeError('a fault');
    onStopped('summarizer', fault);
    expect(ends).toEqual([fault]);
  });
});

describe('a role whose source cannot go on', () => {
  it('stops its other sources, and is not ready for the reason of the first', async () => {
    const [first, second] = [createSource(), createSource()];
    const { ends, logger, onStopped } = processOf('roll-up');
    const role = consumerRole('roll-up', [first.source, second.source], { onStopped, logger });
    expect(role.problem()).toBeUndefined();
    first.fail(stopped);
    await expect.poll(() => second.stops()).toBe(1);
    expect(role.problem()).toBe(stopped.message);
    expect(ends).toEqual([stopped]);
    await role.stop(1_000);
  });

  it('stops in order when work that is repeated has failed for good', async () => {
    const { ends, logger, onStopped } = processOf('roll-up');
    const repeated = repeatedly(
      60_000,
      () => Promise.reject(new Error('newer')),
      () => {
        throw stopped;
      },
    );
    const role = consumerRole('roll-up', [repeated], { onStopped, logger });
    await expect.poll(() => role.problem()).toBe(stopped.message);
    await role.stop(1_000);
    expect(ends).toEqual([stopped]);
  });
});
