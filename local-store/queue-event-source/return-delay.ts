/** What is known of a message that its function has reported as failed. */
export interface FailedLook {
  /** Since when this source has had the message; no more than since its start. */
  readonly triedForSeconds: number;
  /** How long the function took, for each message of the batch. */
  readonly secondsAMessage: number;
  /** Messages that the queue has. */
  readonly messages: number;
  readonly firstReturnSeconds: number;
  readonly visibilityTimeoutSeconds: number;
}

/** Of its time, a function spends at most a tenth on messages that come back early. */
const shareOfTime = 0.1;

/**
 * Decides after how many seconds a message comes back that its function has reported as failed: soon at first, then
 * after half of the time for which it was tried, and never later than after its visibility time-out. Where many
 * messages wait, none comes back before the function could look at all of them in a tenth of the time: so a backlog
 * costs no more than it would with the visibility time-out alone.
 */
export function returnDelaySeconds(look: FailedLook): number {
  const secondsForAll = look.secondsAMessage * look.messages;
  const soon = Math.max(look.firstReturnSeconds, look.triedForSeconds / 2, secondsForAll / shareOfTime);
  return Math.min(soon, look.visibilityTimeoutSeconds);
}
