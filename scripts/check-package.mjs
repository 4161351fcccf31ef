// Checks the packed tarball as a user would install it: publint, attw, and an import from ESM and from CommonJS.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = (command, args, cwd = root) =>
  execFileSync(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
const bin = (name) => join(root, 'node_modules/.bin', name);

const ESM = `
import { SluiceModule, RelayService } from 'nestjs-sluice';
import { ScriptedUpstream } from 'nestjs-sluice/testing';
if (![SluiceModule, RelayService, ScriptedUpstream].every((item) => typeof item === 'function')) process.exit(1);
`;
const COMMONJS = `
const { SluiceModule, RelayService } = require('nestjs-sluice');
const { ScriptedUpstream } = require('nestjs-sluice/testing');
if (![SluiceModule, RelayService, ScriptedUpstream].every((item) => typeof item === 'function')) process.exit(1);
`;

const folder = mkdtempSync(join(tmpdir(), 'sluice-package-'));
try {
  run('npm', ['pack', '--silent', '--pack-destination', folder]);
  const tarball = join(
    folder,
    readdirSync(folder).find((file) => file.endsWith('.tgz')),
  );
  run(bin('publint'), ['run', tarball, '--strict']);
  run(bin('attw'), [tarball, '--profile', 'esm-only']);
  installBeside(tarball);
  writeFileSync(join(folder, 'esm.mjs'), ESM);
  writeFileSync(join(folder, 'commonjs.cjs'), COMMONJS);
  run(process.execPath, ['esm.mjs'], folder);
  run(process.execPath, ['commonjs.cjs'], folder);
  process.stdout.write(
    'package: publint, attw, an ESM import and a CommonJS require agree with the tarball\n',
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Unpacks the package where Node finds it, and lends it the dependencies that are installed here. */
function installBeside(tarball) {
  const modules = join(folder, 'node_modules/nestjs-sluice');
  run('mkdir', ['-p', modules]);
  run('tar', ['-xzf', tarball, '-C', modules, '--strip-components=1']);
  symlinkSync(join(root, 'node_modules'), join(modules, 'node_modules'));
}
