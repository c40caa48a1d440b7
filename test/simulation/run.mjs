// Starts the simulation without the protections that `--without` names. They must be removed before any source is
// loaded.
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { without: { type: 'string' } }, strict: false });
// Without a text, or with a name that does not exist, the command itself complains.
const { allProtections } = await import('./all-protections.mjs');
const isKnown = (name) => Object.hasOwn(allProtections, name);
if (typeof values.without === 'string' && values.without.split(',').every(isKnown)) {
  process.env.WITHOUT = values.without;
}
await import('./take-away.mjs');
const { register } = await import('tsx/esm/api');
register();
await import('./main.ts');
