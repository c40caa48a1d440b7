/** The part of the package that is used here; it has no types of its own. */
declare module 'fs-native-extensions' {
  /**
   * Locks a whole open file for this one opening of it, or returns false where another opening, also one in this
   * process, has it locked. The system gives the lock up when the file is closed, however its process ends.
   */
  export function tryLock(descriptor: number): boolean;
}
