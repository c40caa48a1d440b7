// Starts the simulation with the protections taken away that `--without` names: they have to go before any source is loaded.
const place = process.argv.indexOf('--without');
if (place >= 0) process.env.WITHOUT = process.argv[place + 1] ?? '';
await import('./take-away.mjs');
const { register } = await import('tsx/esm/api');
register();
await import('./main.ts');
