/** Time for running requests and invocations; work that has not ended by then is repeated elsewhere. */
export const stopMilliseconds = 10_000;

/** Time after which the parent of processes kills one that was asked to stop: longer than one takes to finish its work. */
export const killMilliseconds = 20_000;
