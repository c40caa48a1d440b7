/** A command line that is not valid; the message says which part. */
export class BadArguments extends Error {
  override readonly name = 'BadArguments';
}
