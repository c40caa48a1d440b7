/** A piece of source that belongs to a protection, and its replacement when the protection is removed. */
interface Replacement {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export declare const protections: Readonly<Record<string, readonly Replacement[]>>;
