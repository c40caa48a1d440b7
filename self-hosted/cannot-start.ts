/** The failure of a process that cannot start with its configuration; the message says why, and what to do. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
