import type { EventSettings, FunctionDefinition, ServerlessService } from './serverless.ts';

type Functions = ServerlessService['functions'];

/**
 * Returns the functions of `serverless.yml` for the emulator: settings under `custom.emulator.events` replace those
 * of a function's stream or queue event.
 * @throws Error  settings name a function that does not exist, or that has neither stream nor queue
 */
export function emulatedFunctions(
  functions: Functions,
  settings: Readonly<Record<string, EventSettings>> = {},
): Functions {
  const emulated = Object.entries(settings).map(([functionKey, its]): [string, FunctionDefinition] => {
    const definition = functions[functionKey];
    if (definition === undefined || !definition.events.some(isSource)) {
      throw new Error(
        `custom.emulator.events has settings for "${functionKey}", but there is no such function with a stream or a queue.`,
      );
    }
    return [
      functionKey,
      { ...definition, events: definition.events.map((event) => withSettings(event, its)) },
    ];
  });
  return { ...functions, ...Object.fromEntries(emulated) };
}

type FunctionEvent = FunctionDefinition['events'][number];

function isSource(event: FunctionEvent): boolean {
  return 'stream' in event || 'sqs' in event;
}

function withSettings(event: FunctionEvent, settings: EventSettings): FunctionEvent {
  const entries = Object.entries(event).map(([kind, given]): [string, unknown] => {
    const isOfSource = (kind === 'stream' || kind === 'sqs') && typeof given === 'object';
    return [kind, isOfSource ? { ...given, ...settings } : given];
  });
  return Object.fromEntries(entries);
}
