// `npm run sbom`: writes a software bill of materials for the lock file to artifacts/sbom.cdx.json, as CycloneDX JSON
// (https://cyclonedx.org). npm creates it. This script sets the package's name, which npm would take from the
// directory, and compares the result with the lock file.
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';

const output = 'artifacts/sbom.cdx.json';

const sbom = JSON.parse(
  execFileSync('npm', ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  }),
);
const { name } = JSON.parse(readFileSync('package.json', 'utf8'));
sbom.metadata.component.name = name;

// npm lists an alias under its installed name (`serverless`), which is another package; the reference has the real
// name.
for (const component of sbom.components) {
  component.name = component['bom-ref'].slice(0, component['bom-ref'].lastIndexOf('@'));
}

const listed = new Set(sbom.components.map((component) => `${component.name}@${component.version}`));
const missing = packagesOfLock().filter((each) => !listed.has(each));
if (missing.length > 0) throw new Error(`The bill of materials lacks ${missing.join(', ')}.`);

mkdirSync('artifacts', { recursive: true });
writeFileSync(output, `${JSON.stringify(sbom, undefined, 2)}\n`);
console.log(`${output}: ${listed.size} packages.`);

function packagesOfLock() {
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { name, version }]) => `${name ?? path.split('node_modules/').at(-1)}@${version}`);
}
