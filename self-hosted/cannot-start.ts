/** A process cannot start as it is configured; the message says why, and what to do. */
export class CannotStart extends Error {
  override readonly name = 'CannotStart';
}
