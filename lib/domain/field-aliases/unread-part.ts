/** Objects with less unread text than this, all together, cost next to nothing. */
const fewBytes = 4_096;

/**
 * The part of a body's objects that was parsed, but never read: fields that nobody knows within others, and values that
 * a later one of the same name replaced. While it is small, `JSON.parse` is the fastest way to read an object; where it is
 * large, the names in it may be invented, and objects are shortened before they are parsed.
 */
export class UnreadPart {
  #parsed = 0;
  #unread = 0;

  get isLarge(): boolean {
    return this.#unread > this.#parsed / 4 + fewBytes;
  }

  /** Adds an object by the length of its text, and of what was read of it. */
  add(length: number, read: number): void {
    this.#parsed += length;
    if (length > read) this.#unread += length - read;
  }
}

/** Returns the least length of a field in JSON: two quotes, a colon and a comma are added to its name. */
export function lengthOfField(name: string, value: unknown): number {
  return name.length + 4 + (typeof value === 'string' ? value.length + 2 : typeof value === 'object' ? 2 : 5);
}
