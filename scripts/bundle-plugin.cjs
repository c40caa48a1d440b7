// Bundles each function before the framework packages it: one file with only what the function uses, without types,
// tests, or anything for the laptop form.
const { copyFile, rm } = require('node:fs/promises');
const { build } = require('esbuild');
const { tsImport } = require('tsx/esm/api');

const outputDirectory = 'build';

module.exports = class BundlePlugin {
  constructor(serverless) {
    this.hooks = {
      'before:package:createDeploymentArtifacts': async () => {
        await rm(outputDirectory, { recursive: true, force: true });
        const { functions, provider } = serverless.service;
        const authorizers = Object.values(provider.httpApi.authorizers);
        const names = new Set(authorizers.map(({ functionName }) => functionName));
        await requireAlertRules(functions.alerts, serverless);
        const parts = (key) => (names.has(key) ? 'wiredAuthorize' : 'wired');
        await bundle(
          new Map(Object.entries(functions).map(([key, { handler }]) => [key, entryOf(handler, parts(key))])),
        );
        for (const [key, definition] of Object.entries(functions)) {
          const [, exportName] = definition.handler.split('.');
          definition.handler = `${outputDirectory}/${key}/index.${exportName}`;
          // `!**` alone would exclude as much, after a walk through all of node_modules for each function.
          definition.package = { patterns: ['!**/**', `${outputDirectory}/${key}/**`] };
        }
        await packageAlertRules(functions.alerts);
      },
    };
  }
};

/** Refuses to package a file of alert rules that the function could not use. */
async function requireAlertRules({ environment }, serverless) {
  const path = environment.ALERT_RULES;
  if (!path) return;
  const { readAlertRules } = await tsImport('../lib/alert-rules-file.ts', __filename);
  try {
    readAlertRules({ alertRulesFile: path });
  } catch (error) {
    throw new serverless.classes.Error(error.message);
  }
}

/** Puts the file of alert rules beside the bundle, and names it by its path in the package. */
async function packageAlertRules({ environment }) {
  if (!environment.ALERT_RULES) return;
  const packaged = `${outputDirectory}/alerts/alert-rules.json`;
  await copyFile(environment.ALERT_RULES, packaged);
  environment.ALERT_RULES = packaged;
}

/**
 * Returns the source of a function's entry.
 * @param handler  its file and export, such as `handlers/ingest.handler`
 * @param parts    the function of wiring.ts that builds the parts the handler works with
 */
function entryOf(handler, parts) {
  const [source, exportName] = handler.split('.');
  // Lambda gives a function its full processor while it loads, and less afterwards. So the parts are built at load
  // time. If that fails, the first invocation tries again and reports the error.
  return `
    import { ${parts} } from './handlers/wiring.ts';
    export { ${exportName} } from './${source}.ts';
    ${parts}().catch(() => {});
  `;
}

/**
 * Writes a bundle for each function. One build for all of them reads each source once, which takes a fifth of the time of
 * a build each, and the bundles are the same.
 * @param entries  sources of the entries by function key
 */
async function bundle(entries) {
  await build({
    entryPoints: [...entries.keys()].map((key) => ({ in: `function:${key}`, out: `${key}/index` })),
    outdir: outputDirectory,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node22',
    minify: true,
    keepNames: true, // logs and error answers contain class names
    sourcemap: true,
    sourcesContent: false,
    // The local store and its native dependencies are left out; the Lambda runtime provides the AWS SDK.
    external: ['../local-store/*', '@aws-sdk/*', '@smithy/*'],
    plugins: [functionEntries(entries), builtPage],
    logLevel: 'warning',
  });
}

/** Gives the bundler the entries, which are no files. */
const functionEntries = (entries) => ({
  name: 'function-entries',
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^function:/ }, ({ path }) => ({
      path: path.slice('function:'.length),
      namespace: 'function',
    }));
    onLoad({ filter: /./, namespace: 'function' }, ({ path }) => ({
      contents: entries.get(path),
      resolveDir: process.cwd(),
      loader: 'ts',
    }));
  },
});

/** The dashboard is built now, so the function needs neither the bundler nor the sources. */
const builtPage = {
  name: 'built-page',
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]scripts[\\/]bundle-page\.ts$/ }, async () => {
      const { bundlePage } = await tsImport('./bundle-page.ts', __filename);
      const page = JSON.stringify(await bundlePage());
      return { contents: `export const bundlePage = async () => (${page});`, loader: 'js' };
    });
  },
};
