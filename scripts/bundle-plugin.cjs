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
        await Promise.all(
          Object.entries(functions).map(([key, definition]) => bundle(key, definition, parts(key))),
        );
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

/** @param parts  the function of wiring.ts that builds the parts the handler works with */
async function bundle(key, definition, parts) {
  const [source, exportName] = definition.handler.split('.');
  // Lambda gives a function its full processor while it loads, and less afterwards. So the parts are built at load
  // time. If that fails, the first invocation tries again and reports the error.
  const entry = `
    import { ${parts} } from './handlers/wiring.ts';
    export { ${exportName} } from './${source}.ts';
    ${parts}().catch(() => {});
  `;
  await build({
    stdin: { contents: entry, resolveDir: process.cwd(), sourcefile: `${key}.ts`, loader: 'ts' },
    outfile: `${outputDirectory}/${key}/index.cjs`,
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
    plugins: [builtPage],
    logLevel: 'warning',
  });
  definition.handler = `${outputDirectory}/${key}/index.${exportName}`;
  definition.package = { patterns: ['!**', `${outputDirectory}/${key}/**`] };
}

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
