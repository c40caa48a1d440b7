import { BadArguments } from './command-line.ts';

/**
 * Reads the name of a stage.
 * @throws BadArguments  the text cannot be one
 */
export function stageName(text: string, name: string): string {
  if (/^[A-Za-z0-9-]{1,64}$/.test(text)) return text;
  throw new BadArguments(`${name} is not a name of a stage: "${text}".`);
}
