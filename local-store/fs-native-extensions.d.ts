/** The part of the package that is used here; it has no types of its own. */
declare module 'fs-native-extensions' {
  /**
   * Locks a whole file through this descriptor. Returns false if another descriptor, also one of this process, holds
   * the lock. The system releases the lock when the file is closed, however its process ends.
   */
  export function tryLock(descriptor: number): boolean;
}
