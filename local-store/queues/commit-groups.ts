/**
 * Maximum of messages that one commit changes: others wait for it, and it reserves its room on the disk as if each
 * message were on pages of its own. (For 10,000 at once that filled 316 MiB with zeros, where some 10 were written to.)
 */
const maxMessagesPerCommit = 250;

/** Divides messages into groups that are small enough for one commit each. */
export function* commitGroups<T>(messages: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < messages.length; start += maxMessagesPerCommit) {
    yield messages.slice(start, start + maxMessagesPerCommit);
  }
}
