import type { QueueSettings } from '../../../local-store/queues.ts';

export const visibilityTimeoutSeconds = 30;

/** Settings that dying processes share with the test that starts them. */
export const dyingQueues: readonly QueueSettings[] = [
  {
    name: 'verify',
    delaySeconds: 0,
    visibilityTimeoutSeconds,
    deadLetters: { queueName: 'failed', maxReceiveCount: 3 },
  },
  { name: 'failed', delaySeconds: 0, visibilityTimeoutSeconds, deadLetters: undefined },
];
