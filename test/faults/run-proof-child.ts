/** Runs a proof that starts a process which does not end; tests kill this one meanwhile. */
import { runProof } from './run-proof.ts';

const endless = 'setInterval(() => {}, 1_000);';
const startsAnother = `
  require('node:child_process').spawn(process.execPath, ['-e', ${JSON.stringify(endless)}], { stdio: 'inherit' });
  console.log('started');
  ${endless}`;

process.once('SIGTERM', () => process.exit(143));
await runProof({ name: 'endless', args: ['-e', startsAnother] });
