/** An error that the user can fix, and the message that a command prints for it. */
export interface Failure {
  readonly matches: (error: unknown) => boolean;
  readonly describe: (error: unknown) => string;
}

type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** Declares that errors of a class end a command with one line, by default the error's message. */
export function failure<E extends Error>(
  type: ErrorClass<E>,
  describe: (error: E) => string = ({ message }) => message,
): Failure {
  return {
    matches: (error) => error instanceof type,
    describe: (error) => (error instanceof type ? describe(error) : String(error)),
  };
}
