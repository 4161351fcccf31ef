import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Builds `dist` if it is missing or older than the source. Throws if that fails. */
export function buildIfStale() {
  const built = statSync(join(root, 'dist/service/main.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (built >= newestSource()) return;
  process.stderr.write('Building…\n');
  const nest = join(root, 'node_modules/@nestjs/cli/bin/nest.js');
  const { status } = spawnSync(process.execPath, [nest, 'build'], { cwd: root, stdio: 'inherit' });
  if (status !== 0) throw new Error('The build failed');
}

function newestSource() {
  const files = readdirSync(join(root, 'src'), { recursive: true })
    .map((file) => join('src', String(file)))
    .filter((file) => !file.endsWith('.spec.ts'));
  const all = ['tsconfig.json', 'tsconfig.build.json', 'package.json', ...files];
  return Math.max(...all.map((file) => statSync(join(root, file)).mtimeMs));
}
