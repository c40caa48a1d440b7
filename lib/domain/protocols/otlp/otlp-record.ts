/** A value of an attribute or a body: a text, a number, a boolean, a list, or an object of values. */
export type OtlpValue = string | number | boolean | undefined | readonly OtlpValue[] | OtlpFields;

export interface OtlpFields {
  readonly [name: string]: OtlpValue;
}

export type WritableFields = { [name: string]: OtlpValue };

/** Sets a field, unless its name would change what the object is. */
export function setField(fields: WritableFields, name: string, value: OtlpValue): void {
  if (name !== '__proto__') fields[name] = value;
}

/** A log record of OTLP, as far as it can describe a request. */
export interface OtlpRecord {
  /** Milliseconds since 1970 at which the event occurred; `undefined` if the record does not say. */
  readonly time: number | undefined;
  /** Milliseconds since 1970 at which the record was collected. */
  readonly observedTime: number | undefined;
  readonly body: OtlpValue;
  readonly attributes: OtlpFields;
}

/** A longer record is not read. */
export const maxRecordBytes = 65_536;

/** Further fields of an object are left out: the search for those of a request takes longest where none is like another. */
export const maxFields = 512;

/** Deeper values are left out. */
export const maxValueDepth = 6;

/** Returns the milliseconds of a time in nanoseconds, of which 0 means that it is not known. */
export function millisecondsOf(nanoseconds: bigint): number | undefined {
  return nanoseconds === 0n ? undefined : Number(nanoseconds / 1_000_000n);
}
