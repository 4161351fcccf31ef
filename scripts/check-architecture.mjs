// Fails where dependency-cruiser has not read the source, which it does not report itself, and where docs/architecture.md
// names a class or a type that the source does not have.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';

const MINIMUM = 30;
const output = execFileSync(
  process.execPath,
  [
    'node_modules/dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    '--output-type',
    'json',
    'src',
  ],
  { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 },
);
const { summary, modules } = JSON.parse(output);
const read = modules.filter(
  ({ source, dependencies }) => source.startsWith('src/') && dependencies.length > 0,
).length;
if (summary.error > 0 || read < MINIMUM) {
  process.stderr.write(
    `architecture: ${summary.error} errors, ${read} modules with imports read (at least ${MINIMUM})\n`,
  );
  process.exit(1);
}

const COMMENTS = /\/\*[^]*?\*\/|^\s*\/\/.*$/gm;
const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => readFileSync(`src/${name}`, 'utf8').replaceAll(COMMENTS, ''));
const names = new Set(source.flatMap((text) => text.match(/\b[A-Z]\w+/g) ?? []));
const named = [...readFileSync('docs/architecture.md', 'utf8').matchAll(/[`[]([A-Z][a-z]+\w*)[`\]]/g)];
const unknown = named.map(([, name]) => name).filter((name) => !names.has(name));
if (unknown.length > 0) {
  process.stderr.write(
    `architecture: docs/architecture.md names what src does not have: ${unknown.join(', ')}\n`,
  );
  process.exit(1);
}
process.stdout.write(`architecture: ${read} modules with imports read, every import stands in the table\n`);
