/** Makes a closure with a name in the source, as the emulator's code does for each request. */
export function makeClosure(): () => number {
  const closure = () => 1;
  return closure;
}
