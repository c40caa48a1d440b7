import { expect, it } from 'vitest';
import { mergeMetrics } from '../../self-hosted/admin/merge-metrics.ts';

it('merges the metrics of processes, with all samples of a metric together', () => {
  const one =
    '# HELP a Help.\n# TYPE a counter\na{x="{1}, 2"} 1\n\n# HELP b Help.\n# TYPE b gauge\nb 2 1700000000000\n';
  const two = '# HELP b Help.\n# TYPE b gauge\nb 3\n\n# HELP a Help.\n# TYPE a counter\na{x="1"} 5\n';
  expect(mergeMetrics([one, two])).toBe(
    [
      '# HELP a Help.',
      '# TYPE a counter',
      'a{process="0",x="{1}, 2"} 1',
      'a{process="1",x="1"} 5',
      '',
      '# HELP b Help.',
      '# TYPE b gauge',
      'b{process="0"} 2 1700000000000',
      'b{process="1"} 3',
      '',
    ].join('\n'),
  );
});
