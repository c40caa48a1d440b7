import type { Resources } from '../resources.ts';

/** The part of the framework that is used here; it comes without types. */
export interface Serverless {
  readonly serviceDir: string;
  readonly service: ServerlessService;
  readonly classes: { readonly Error: new (message: string) => Error };
}

/** `serverless.yml` with its variables resolved, but not its CloudFormation functions. */
export interface ServerlessService {
  readonly provider: {
    readonly region: string;
    /** Environment of the functions; not read before the first of them is loaded. */
    environment?: Readonly<Record<string, unknown>>;
  };
  readonly custom?: {
    readonly 'serverless-offline'?: ServerlessOptions;
    /** Settings that differ in the emulator. */
    readonly emulator?: {
      readonly environment?: Readonly<Record<string, unknown>>;
      /** Settings by function key. */
      readonly events?: Readonly<Record<string, EventSettings>>;
      /** Functions that only exist in the emulator, for commands. */
      readonly functions?: Readonly<Record<string, Pick<FunctionDefinition, 'handler'>>>;
    };
  };
  readonly functions: Readonly<Record<string, FunctionDefinition>>;
  readonly resources?: { readonly Resources?: Resources };
}

/** Settings of a `stream` or `sqs` event. */
export type EventSettings = Readonly<Record<string, unknown>>;

export interface FunctionDefinition {
  readonly handler: string;
  readonly name: string;
  readonly events: readonly Readonly<Record<string, unknown>>[];
}

/** Options of serverless-offline, from its section in `custom` or the command line. */
export type ServerlessOptions = Readonly<Record<string, unknown>>;

/** The framework's writer of messages of one level. */
export interface LogWriter {
  (...message: unknown[]): void;
  /** False if the command line's options hide messages of this level. */
  readonly isEnabled?: boolean;
}

/** The framework's writer of messages to the terminal. */
export type EmulatorLog = Readonly<Record<'debug' | 'info' | 'notice' | 'warning' | 'error', LogWriter>>;
