// Starts the service, and builds it first if the build is missing or older than the source.
import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = join(root, 'dist/main.js');

const newest = Math.max(
  ...['tsconfig.json', 'tsconfig.build.json', 'package.json'].map(
    (file) => statSync(join(root, file)).mtimeMs,
  ),
  ...readdirSync(join(root, 'src'), { recursive: true }).map(
    (file) => statSync(join(root, 'src', file)).mtimeMs,
  ),
);
const built = statSync(entry, { throwIfNoEntry: false })?.mtimeMs ?? 0;

if (built < newest) {
  process.stderr.write('Building…\n');
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

await import(new URL('../dist/main.js', import.meta.url));
