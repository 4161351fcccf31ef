// Runs an example of examples/: example.mjs NAME. Builds the package if its build is missing or stale, then the example.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { buildIfStale } from './build-if-stale.mjs';

const root = new URL('../', import.meta.url);
const folder = new URL(`examples/${process.argv[2]}/`, root);
const tsc = fileURLToPath(new URL('node_modules/typescript/bin/tsc', root));
const project = fileURLToPath(new URL('tsconfig.build.json', folder));

buildIfStale();
const { status } = spawnSync(process.execPath, [tsc, '-p', project], { stdio: 'inherit' });
if (status !== 0) throw new Error('The example was not built');
await import(new URL('dist/main.js', folder));
