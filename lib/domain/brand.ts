declare const brand: unique symbol;

/**
 * A `T` that only its own constructor function creates, so that two strings of different meaning cannot be swapped.
 */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
