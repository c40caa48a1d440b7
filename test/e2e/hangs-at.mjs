// Loaded into the emulator by `--import`: opening a file whose path contains HANGS_AT never ends, and a line reports
// it.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { open } = fs;

fs.open = (path, ...others) => {
  if (!String(path).includes(process.env.HANGS_AT)) return open(path, ...others);
  console.log('hangs');
};
syncBuiltinESMExports();
