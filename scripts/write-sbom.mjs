// `npm run sbom`: writes a software bill of materials of what the lock file names, as CycloneDX JSON
// (https://cyclonedx.org), to artifacts/sbom.cdx.json. npm makes it; here it gets the name of the package, which npm
// takes from the directory, and is compared with the lock file.
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

// npm names an alias as it is installed (`serverless`), which is another package; the reference has its own name.
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
