import { createRequire } from 'node:module';
import { join } from 'node:path';
import { CHECKOUT } from './checkout.ts';

/** A webpack loader: gets a module's source, and calls back with the new one. */
type Loader = (this: LoaderContext, source: Buffer, map: unknown) => unknown;
interface LoaderContext {
  callback(error: null, source: Buffer, map: unknown): void;
}

const ES_MODULE = /^(?:import|export)\b/m;
/** What a module needs to read files beside it: its own path, or Node's modules, which are imported by plain names. */
const CAN_READ_FILES =
  /\b(?:__dirname|__filename|process)\b|import\.meta|from ['"](?:node:|[\w-]+['"/])/;

const require = createRequire(import.meta.url);
const path = join(CHECKOUT, 'node_modules/@vercel/ncc/dist/ncc/loaders/relocate-loader.js');
const searchAssets: Loader = require(path);

/**
 * ncc searches each module for files that it reads when it runs, which is two thirds of the work of a build. This skips ES
 * modules that cannot read any, such as the thousands of generated ones of the AWS SDK and the Kubernetes client.
 */
function searchFewerAssets(this: LoaderContext, source: Buffer, map: unknown): unknown {
  const text = source.toString('utf8');
  if (ES_MODULE.test(text) && !CAN_READ_FILES.test(text)) return this.callback(null, source, map);
  return searchAssets.call(this, source, map);
}

const loaded = require.cache[path];
if (loaded === undefined) throw new Error(`ncc has no loader at ${path}`);
loaded.exports = Object.assign(searchFewerAssets, searchAssets);
