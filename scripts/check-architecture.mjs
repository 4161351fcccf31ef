// dependency-cruiser passes silently with a TypeScript that it cannot read: this says that it read the source.
import { execFileSync } from 'node:child_process';

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
process.stdout.write(`architecture: ${read} modules with imports read, every import stands in the table\n`);
