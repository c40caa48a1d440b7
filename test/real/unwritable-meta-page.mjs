// Loaded into the emulator by `--import`: at a SIGUSR2, the page that makes a commit of the log count can be written no
// more. lmdb writes it through a descriptor of its own (`O_DSYNC`), in the place of which the process gets one that only
// reads. (What strace can have fail is every write to the file: other pages too, which is another failure.)
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';

const synchronous = 0o10000; // O_DSYNC, on Linux

process.on('SIGUSR2', () => {
  for (const descriptor of readdirSync('/proc/self/fd').map(Number)) {
    const path = pathOf(descriptor);
    if (!path?.endsWith('/log/data.mdb') || (flagsOf(descriptor) & synchronous) === 0) continue;
    closeSync(descriptor);
    // The system gives the lowest number that is free.
    const opened = [];
    do opened.push(openSync(path, 'r'));
    while (opened.at(-1) !== descriptor);
    for (const other of opened.slice(0, -1)) closeSync(other);
    process.stdout.write('The meta page is unwritable.\n');
  }
});

/** `undefined` for the descriptor that the directory itself was read by. */
function pathOf(descriptor) {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

function flagsOf(descriptor) {
  const [, flags] = /flags:\s*(\d+)/.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, 'latin1'));
  return Number.parseInt(flags, 8);
}
