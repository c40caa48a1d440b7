// Bundles each function before the framework packages it: one file of what it uses, without types, tests, or anything
// that is for this machine alone.
const { rm } = require('node:fs/promises');
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
        const parts = (key) => (names.has(key) ? 'wiredAuthorize' : 'wired');
        await Promise.all(
          Object.entries(functions).map(([key, definition]) => bundle(key, definition, parts(key))),
        );
      },
    };
  }
};

/** @param parts  the function of wiring.ts that gives what it works with */
async function bundle(key, definition, parts) {
  const [source, exportName] = definition.handler.split('.');
  // Lambda gives its whole processor while a function is loaded, and less afterwards: so it is put together then. What
  // fails then is tried again by the first invocation, which tells it.
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
    keepNames: true, // logs and answers to errors go by the names of classes
    sourcemap: true,
    sourcesContent: false,
    // The local store and its native dependencies stay out; the AWS SDK comes with the runtime.
    external: ['../local-store/*', '@aws-sdk/*', '@smithy/*'],
    plugins: [builtPage],
    logLevel: 'warning',
  });
  definition.handler = `${outputDirectory}/${key}/index.${exportName}`;
  definition.package = { patterns: ['!**', `${outputDirectory}/${key}/**`] };
}

/** The dashboard is bundled now, so that the function neither builds it nor has what that takes. */
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
