import { beforeAll, expect } from 'vitest';
import { packageService, type CompiledResource, type Package } from '../compiled-template.ts';

let packages: { readonly service: Package; readonly changed: Package } | undefined;

const changes = [
  'ingestConcurrency=40',
  'authorizeConcurrency=10',
  'readConcurrency=20',
  'openConcurrency=5',
  'acceptOldKeys=false',
  'streamMode=ON_DEMAND',
];

/** Packages the service for all tests of the file: this takes seconds. */
export function packageForAllTests(): void {
  beforeAll(async () => {
    const changed = await packageService(
      'dev',
      changes.map((each) => `--param=${each}`),
      { ALERT_RULES: 'examples/alerts/alert-rules.json' },
    );
    const service = await packageService('prod'); // the last one, because its bundles are loaded later
    packages = { service, changed };
  });
}

/** Returns the service with its default parameters, in the stage `prod`. */
export function service(): Package {
  return packages?.service ?? expect.fail('The service has not been packaged.');
}

/** Returns the service with other values of all parameters that change its template. */
export function changed(): Package {
  return packages?.changed ?? expect.fail('The service has not been packaged.');
}

/** Returns the resources of a type. */
export function resourcesOf(type: string): [logicalId: string, resource: CompiledResource][] {
  return Object.entries(service().resources).filter(([, { Type }]) => Type === type);
}
