/** Trouble that a person can put right, and what a command says about it in its place. */
export interface Failure {
  readonly matches: (error: unknown) => boolean;
  readonly describe: (error: unknown) => string;
}

type ErrorClass<E extends Error> = abstract new (...args: never[]) => E;

/** Declares errors of a class as trouble that ends a command with one line, by default the error's message. */
export function failure<E extends Error>(
  type: ErrorClass<E>,
  describe: (error: E) => string = ({ message }) => message,
): Failure {
  return {
    matches: (error) => error instanceof type,
    describe: (error) => (error instanceof type ? describe(error) : String(error)),
  };
}
