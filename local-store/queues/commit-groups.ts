/**
 * Maximum number of messages that one commit changes: others wait for it, and it reserves space on the disk as if each message
 * were on pages of its own. (For 10,000 at once it filled 316 MiB with zeros, of which some 10 were used.)
 */
const maxMessagesPerCommit = 250;

/** Divides messages into groups that are small enough for one commit each. */
export function* commitGroups<T>(messages: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < messages.length; start += maxMessagesPerCommit) {
    yield messages.slice(start, start + maxMessagesPerCommit);
  }
}
