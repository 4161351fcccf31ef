import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * Writes what a sitting gave into a file and gives its name. Results stay on this machine unless they are said to be for
 * the repository.
 * @param {{ at: string, commit: string }} description of the sitting
 * @param {object} results
 * @param {boolean} keep
 */
export function keepResults(description, results, keep) {
  const folder = fileURLToPath(new URL(keep ? '../results' : '../results/local', import.meta.url));
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/${description.at.replaceAll(/[:.]/g, '-')}-${description.commit}.json`;
  writeFileSync(file, `${JSON.stringify({ ...description, ...results }, undefined, 2)}\n`);
  return file;
}
