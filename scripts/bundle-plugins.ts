/** What the bundle leaves out or loads late: every process that is started parses and holds the rest (docs/adr/0015, 0018). */
import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import type { Plugin } from 'esbuild';

const root = join(import.meta.dirname, '..');

/**
 * Leaves out what nobody imports but would be kept, because it registers itself when it is loaded: of the Kubernetes client
 * the generated classes and the commands (docs/adr/0015), of express the parser of bodies, which src/server/body.ts reads.
 * An import of something left out fails the build.
 */
const unusedParts: Plugin = {
  name: 'unused-parts',
  setup(esbuild) {
    const entry = /@kubernetes\/client-node\/dist\/(gen\/)?index\.js$/;
    const kept = /'\.\/(config|api|patch|middleware)\.js'|"\.\/(http|auth|configuration|apis|servers)\b/;
    esbuild.onLoad({ filter: entry }, async ({ path }) => {
      const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => kept.test(line));
      return { contents: lines.join('\n') };
    });
    esbuild.onResolve({ filter: /^body-parser$/ }, ({ path }) => ({ path, namespace: unusedParts.name }));
    esbuild.onLoad({ filter: /./, namespace: unusedParts.name }, () => ({
      contents: 'module.exports = {};',
    }));
  },
};

/**
 * Has Node's own modules required, not imported: for an import Node reads every name that the module exports, and reading those of
 * `node:http` loads a whole client of HTTP and WebSocket that nobody here uses (9 MB and 60 ms of a start).
 */
const requiredBuiltins: Plugin = {
  name: 'required-builtins',
  setup(esbuild) {
    const filter = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);
    esbuild.onResolve({ filter }, ({ path, namespace }) =>
      namespace === requiredBuiltins.name
        ? { path, external: true }
        : { path, namespace: requiredBuiltins.name },
    );
    esbuild.onLoad({ filter, namespace: requiredBuiltins.name }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * Of undici the connections alone, and what only they need: its index brings caches, mocks and a browser's fetch. The client
 * library calls fetch where it has no connection pool, as for an API without TLS; Node's own does that. HTTP/2 is never asked
 * for, and loading Node's takes 5 MB.
 */
const connectionsOfUndici: Plugin = {
  name: 'connections-of-undici',
  setup(esbuild) {
    esbuild.onResolve({ filter: /^undici$/ }, ({ path }) => ({ path, namespace: connectionsOfUndici.name }));
    esbuild.onLoad({ filter: /./, namespace: connectionsOfUndici.name }, () => ({
      resolveDir: root,
      contents: `import Dispatcher from 'undici/lib/dispatcher/dispatcher.js';
import connect from 'undici/lib/api/api-connect.js';
import request from 'undici/lib/api/api-request.js';
Object.assign(Dispatcher.prototype, { connect, request });
export { default as Agent } from 'undici/lib/dispatcher/agent.js';
export { default as ProxyAgent } from 'undici/lib/dispatcher/proxy-agent.js';
export const fetch = (...call) => globalThis.fetch(...call);`,
    }));
    esbuild.onLoad({ filter: /\/undici\/lib\/dispatcher\/client-h2\.js$/ }, () => ({
      contents: `module.exports = () => { throw new Error('HTTP/2 is not in this bundle'); };`,
    }));
  },
};

/** Of the two thousand media types that express knows, those that it can be asked for here: no file is served. */
const fewMediaTypes: Plugin = {
  name: 'few-media-types',
  setup(esbuild) {
    const types = {
      'application/json': { charset: 'UTF-8', extensions: ['json'] },
      'text/html': { extensions: ['html'] },
      'text/plain': { extensions: ['txt'] },
    };
    esbuild.onLoad({ filter: /\/mime-db\/index\.js$/ }, () => ({
      contents: `module.exports = ${JSON.stringify(types)};`,
    }));
  },
};

/** Packages that only a person's kubeconfig or manifest needs. */
const OF_PERSONS = [
  'hpagent',
  'js-yaml',
  'jsonpath-plus',
  'openid-client',
  'socks',
  'socks-proxy-agent',
  'yaml',
];

/** Has them loaded when something of them is used first: every export is a getter until then. */
const loadedAtFirstUse: Plugin = {
  name: 'loaded-at-first-use',
  setup(esbuild) {
    const filter = new RegExp(`^(${OF_PERSONS.join('|')})$`);
    esbuild.onResolve({ filter }, ({ path, namespace }) =>
      namespace === loadedAtFirstUse.name ? undefined : { path, namespace: loadedAtFirstUse.name },
    );
    esbuild.onLoad({ filter: /./, namespace: loadedAtFirstUse.name }, async ({ path }) => {
      const names = Object.keys((await import(path)) as object).filter((name) => /^\w+$/.test(name));
      const getters = names.map(
        (name) => `get ${name}() { return require(${JSON.stringify(path)}).${name}; }`,
      );
      return { contents: `module.exports = { ${getters.join(',\n')} };`, resolveDir: root };
    });
  },
};

export const plugins: Plugin[] = [
  unusedParts,
  connectionsOfUndici,
  fewMediaTypes,
  loadedAtFirstUse,
  requiredBuiltins,
];
