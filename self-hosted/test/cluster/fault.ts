/** Something that happens to a process, and its end. */
export interface Fault {
  readonly name: string;
  play(): Promise<void>;
}
