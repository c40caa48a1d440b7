import { inject } from 'vitest';

// The unit project loads this file before each test file; `tmpdir()` reads the variable. See memory-files.ts.
process.env['TMPDIR'] = inject('temporaryDirectory');
