import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { isPermissive } from './licence-expression.ts';

/** A package in use whose licence is not permissive, or not stated in a form that programs can read. */
export interface Exception {
  /** The package; also covers packages whose name continues with `-`: its builds for other platforms. */
  readonly name: string;
  /** The licence that the package states; `undefined` if it states none. */
  readonly licence: string | undefined;
  readonly reason: string;
  /** True if the exception only covers packages that users of the pipeline never install. */
  readonly isForDevelopment: boolean;
}

/** A package whose later major versions have another licence. */
export interface KeptMajor {
  readonly name: string;
  readonly major: number;
  readonly reason: string;
}

export interface Policy {
  readonly exceptions: readonly Exception[];
  readonly keptMajors: readonly KeptMajor[];
}

const manifestSchema = z.object({
  license: z.union([z.string(), z.object({ type: z.string() }).transform(({ type }) => type)]).optional(),
  licenses: z.array(z.object({ type: z.string() })).optional(),
});

const lockSchema = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.string().optional(),
      name: z.string().optional(),
      license: z.string().optional(),
      dev: z.boolean().default(false),
    }),
  ),
});

interface Package {
  readonly name: string;
  readonly version: string;
  readonly isForDevelopment: boolean;
  /** Licences that its manifest and the lock file state; empty if neither states one. */
  readonly licences: readonly string[];
}

/**
 * Checks the licences of all packages that a directory's lock file names, including those for other platforms, and
 * the manifests of the installed ones. Returns a sentence for each problem.
 */
export function findProblems(directory: string, { exceptions, keptMajors }: Policy): string[] {
  const packages = readPackages(directory);
  const used = new Set<Exception>();
  const problems = packages.flatMap(({ name, version, isForDevelopment, licences }) => {
    const kept = keptMajors.find((each) => each.name === name);
    if (kept !== undefined && !version.startsWith(`${kept.major}.`)) {
      return [`${name}@${version} must stay at major version ${kept.major}: ${kept.reason}.`];
    }
    if (licences.length > 0 && licences.every(isPermissive)) return [];
    const stated = licences.length === 0 ? undefined : licences.join(' and ');
    const exception = exceptions.find(
      (each) =>
        (name === each.name || name.startsWith(`${each.name}-`)) &&
        each.licence === stated &&
        (isForDevelopment || !each.isForDevelopment),
    );
    if (exception !== undefined) {
      used.add(exception);
      return [];
    }
    return [`${name}@${version} has ${stated === undefined ? 'no licence' : `the licence ${stated}`}.`];
  });
  const unused = exceptions.filter((exception) => !used.has(exception));
  return [...problems, ...unused.map(({ name }) => `The exception for ${name} is not needed; remove it.`)];
}

function readPackages(directory: string): Package[] {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(directory, path), 'utf8'));
  const { packages } = lockSchema.parse(read('package-lock.json'));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { name, version = '', license, dev }]) => {
      const manifestPath = join(path, 'package.json');
      const manifest = existsSync(join(directory, manifestPath))
        ? manifestSchema.parse(read(manifestPath))
        : {};
      const stated = [license, manifest.license, ...(manifest.licenses ?? []).map(({ type }) => type)];
      return {
        name: name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
        version,
        isForDevelopment: dev,
        licences: [...new Set(stated.filter((each) => each !== undefined))],
      };
    });
}
