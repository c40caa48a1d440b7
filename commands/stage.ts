import { BadArguments } from './command-line.ts';

/** @throws BadArguments  it can be no name of a stage */
export function parseStage(text: string): string {
  if (/^[A-Za-z0-9-]{1,64}$/.test(text)) return text;
  throw new BadArguments(`--stage is no name of a stage: "${text}".`);
}
