/** A piece of source, and what stands in its place when the protection that it is part of is taken away. */
interface Replacement {
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

export declare const clusterProtections: Readonly<Record<string, readonly Replacement[]>>;
