/**
 * Returns how often a property is tried: a quarter of `all`, and all of them with `PROPERTY_RUNS=all`, as in CI. Each run
 * tries other values, so the properties that take longest find as much over some days of work as before.
 */
export function propertyRuns(all: number): number {
  return process.env['PROPERTY_RUNS'] === 'all' ? all : Math.ceil(all / 4);
}
