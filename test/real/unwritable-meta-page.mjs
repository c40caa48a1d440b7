// Loaded into the emulator with `--import`: after a SIGUSR2, the page that makes a commit of the log count can no
// longer be written. lmdb writes it through a descriptor of its own (`O_DSYNC`), which is replaced by one that can
// only read. (strace could only make every write to the file fail, other pages included, which is another failure.)
import { closeSync, openSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';

const synchronous = 0o10000; // O_DSYNC, on Linux

process.on('SIGUSR2', () => {
  for (const descriptor of readdirSync('/proc/self/fd').map(Number)) {
    const path = pathOf(descriptor);
    if (!path?.endsWith('/log/data.mdb') || (flagsOf(descriptor) & synchronous) === 0) continue;
    closeSync(descriptor);
    // The system assigns the lowest free number.
    const opened = [];
    do opened.push(openSync(path, 'r'));
    while (opened.at(-1) !== descriptor);
    for (const other of opened.slice(0, -1)) closeSync(other);
    process.stdout.write('The meta page is unwritable.\n');
  }
});

/** Returns `undefined` for the descriptor through which the directory itself was read. */
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
