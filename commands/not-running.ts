/** Says that nothing listens at the address of a pipeline, and what to do. */
export function describeNotRunning(url: URL, waitForStartSeconds: number): string {
  return (
    `No pipeline is running at ${url.origin}: it refused connections for ${waitForStartSeconds} s. Start one with npm start, ` +
    'name another one with --url, or wait for it with --wait-for-start <seconds>.'
  );
}
