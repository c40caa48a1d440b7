// Lets `npm start`, `npm test` and others work on a fresh checkout: installs the dependencies when node_modules
// differs from the lock file. npm keeps a copy of the lock file in node_modules.
import { execSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

if (!isInstalled()) {
  console.log('Installing the dependencies (once, and after they change) …');
  execSync('npm ci --include=dev --no-audit --no-fund', { stdio: 'inherit' });
}

function isInstalled() {
  const wanted = packagesOf('package-lock.json');
  // A package has no lock file: npm has installed what it needs together with it.
  if (wanted === undefined) return true;
  const installed = packagesOf('node_modules/.package-lock.json');
  if (installed === undefined) return false;
  return Object.entries(wanted).every(
    ([path, { version, optional }]) =>
      path === '' || installed[path]?.version === version || (optional && !installed[path]),
  );
}

function packagesOf(lockFile) {
  try {
    return JSON.parse(readFileSync(lockFile, 'utf8')).packages;
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}
