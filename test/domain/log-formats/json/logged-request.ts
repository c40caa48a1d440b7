/** A way to log the same request as JSON: its name, the fields, and optional facts of the entry. */
export type LoggedRequest = [name: string, fields: object, facts?: object];
