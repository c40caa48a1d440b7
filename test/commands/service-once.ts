import { describeService, type Service } from '../../commands/service.ts';

let described: Promise<Service> | undefined;

/** Describes the service once for all commands of a file: each description is a process of some seconds. */
export function serviceOnce(): Promise<Service> {
  described ??= describeService();
  return described;
}
