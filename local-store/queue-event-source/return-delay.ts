/** Facts about a message that its function has reported as failed. */
export interface FailedLook {
  /** Time for which this source has had the message, at most the time since its start. */
  readonly triedForSeconds: number;
  /** Time that the function took, per message of the batch. */
  readonly secondsAMessage: number;
  /** Number of messages in the queue. */
  readonly messages: number;
  readonly firstReturnSeconds: number;
  readonly visibilityTimeoutSeconds: number;
}

/** Share of its time that a function spends at most on messages that come back early. */
const shareOfTime = 0.1;

/**
 * Decides after how many seconds a message that failed comes back: soon at first, then after half of the time for
 * which it was tried, and never later than its visibility time-out. If many messages wait, none comes back before the
 * function could look at all of them in a tenth of its time. So a backlog costs no more than with the visibility
 * time-out alone.
 */
export function returnDelaySeconds(look: FailedLook): number {
  const secondsForAll = look.secondsAMessage * look.messages;
  const soon = Math.max(look.firstReturnSeconds, look.triedForSeconds / 2, secondsForAll / shareOfTime);
  return Math.min(soon, look.visibilityTimeoutSeconds);
}
