import { value, wholeNumberOf } from './define-command/options.ts';

/** The option of commands that wait for a pipeline to start. */
export const waitForStart = {
  'wait-for-start': value({
    shows: '<seconds>',
    help: 'how long to wait for a pipeline that is not running, 0-86400',
    default: 5,
    read: wholeNumberOf(0, 86_400),
  }),
};

/** Says that nothing listens at the address of a pipeline, and what to do. */
export function describeNotRunning(url: URL, waitForStartSeconds: number): string {
  return (
    `No pipeline is running at ${url.origin}: it refused connections for ${waitForStartSeconds} s. Start one with npm start, ` +
    'name another one with --url, or wait for it with --wait-for-start <seconds>.'
  );
}
