import type { EventSettings, FunctionDefinition, ServerlessService } from './serverless.ts';

type Functions = ServerlessService['functions'];

/**
 * The functions of `serverless.yml` as the emulator has them: with the settings that their stream or queue has under
 * `custom.emulator.events` in place of those for AWS.
 * @throws Error  there are settings for what is no function, or has neither stream nor queue
 */
export function emulatedFunctions(
  functions: Functions,
  settings: Readonly<Record<string, EventSettings>> = {},
): Functions {
  const emulated = Object.entries(settings).map(([functionKey, its]): [string, FunctionDefinition] => {
    const definition = functions[functionKey];
    if (definition === undefined || !definition.events.some(isSource)) {
      throw new Error(
        `custom.emulator.events has settings for "${functionKey}", which is no function with a stream or a queue.`,
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
