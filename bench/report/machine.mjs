import { spawnSync } from 'node:child_process';
import { cpus, release, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the bench itself writes. */
const NOT_MEASURED = [':!bench/ratios.json', ':!bench/results'];

/** What one must know of where and of what something was measured. */
export function machine() {
  const models = [...new Set(cpus().map(({ model }) => model))];
  return {
    cpu: models.join(', '),
    cores: cpus().length,
    memoryGb: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    commit: git('rev-parse', '--short=12', 'HEAD'),
    uncommitted: git('status', '--porcelain', '--', 'src', 'package.json', 'bench', ...NOT_MEASURED) !== '',
  };
}

/** @param {string[]} words */
function git(...words) {
  const { stdout } = spawnSync('git', words, { cwd: ROOT, encoding: 'utf8' });
  return (stdout ?? '').trim();
}
