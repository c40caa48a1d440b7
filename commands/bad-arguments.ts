/** The command line cannot be understood; the message says what of it. */
export class BadArguments extends Error {
  override readonly name = 'BadArguments';
}
