/**
 * Maximum number of messages that one commit changes. Other changes wait for the commit, and it reserves disk space
 * as if each message were on pages of its own. (For 10,000 at once it wrote 316 MiB of zeros, of which it used some
 * 10 MiB.)
 */
const maxMessagesPerCommit = 250;

/** Divides messages into groups that are small enough for one commit each. */
export function* commitGroups<T>(messages: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < messages.length; start += maxMessagesPerCommit) {
    yield messages.slice(start, start + maxMessagesPerCommit);
  }
}
