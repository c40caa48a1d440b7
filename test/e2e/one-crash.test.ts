import { describeRow } from './crashed-row.ts';

/**
 * Tests one row of the crash table, whose other rows run in `npm run test:crashes`: most of a batch's way lies before
 * it or behind it.
 */
describeRow({
  name: 'after a window is written',
  crashes: [{ at: 'after put object aggregates/minute/' }],
  isStored: true,
});
