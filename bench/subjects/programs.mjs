/** What has to be on this machine, or be made once, before a subject can start. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the compiled Go handler lies; git ignores it. */
export const GO_HANDLER = fileURLToPath(new URL('../.cache/go-handler', import.meta.url));
const GO_SOURCE = fileURLToPath(new URL('./go', import.meta.url));
const PORTKEY = new URL('../node_modules/@portkey-ai/gateway/package.json', import.meta.url);
const BUILD = new URL('../../dist/index.js', import.meta.url);

/**
 * Sees that Sluice is built.
 * @returns {void}
 */
export function requireBuild() {
  if (!existsSync(BUILD)) throw new Error("Sluice is not built: run 'npm run build'");
}

/** Compiles the Go handler if its source is newer, and gives its compiler's version. */
export function buildGo() {
  const version = run('go', ['version']);
  const source = Math.max(...['main.go', 'go.mod'].map((file) => modifiedMs(join(GO_SOURCE, file))));
  if (modifiedMs(GO_HANDLER) < source) {
    mkdirSync(dirname(GO_HANDLER), { recursive: true });
    run('go', ['build', '-buildvcs=false', '-o', GO_HANDLER, '.']);
  }
  return version;
}

/**
 * Gives nginx's version, and puts into `env` a folder for its files, which goes when this process ends.
 * @param {Record<string, string>} env of the subject
 */
export function findNginx(env) {
  const version = run('nginx', ['-v']);
  if (env['NGINX_FOLDER'] === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-nginx-'));
    env['NGINX_FOLDER'] = folder;
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  return version;
}

/**
 * Gives the version of Portkey's gateway.
 * @returns {string}
 */
export function findPortkey() {
  if (!existsSync(PORTKEY)) throw new Error("it is not installed: run 'npm ci --prefix bench'");
  return `@portkey-ai/gateway ${JSON.parse(readFileSync(PORTKEY, 'utf8')).version}`;
}

/**
 * What a program says. Throws if there is no such program, or if it fails.
 * @param {string} program
 * @param {string[]} words
 */
function run(program, words) {
  // Distributions keep nginx where only root's PATH looks. The handler needs neither C nor another toolchain.
  const env = {
    ...process.env,
    PATH: `${process.env['PATH']}:/usr/sbin:/usr/local/sbin`,
    CGO_ENABLED: '0',
    GOTOOLCHAIN: 'local',
  };
  const { error, status, stdout, stderr } = spawnSync(program, words, {
    cwd: GO_SOURCE,
    env,
    encoding: 'utf8',
  });
  if (error !== undefined) throw new Error(`${program} is not on this machine`, { cause: error });
  if (status !== 0) throw new Error(`${program} failed: ${stderr.trim()}`);
  return (stdout + stderr).trim();
}

/**
 * When a file was written; 0 if there is none.
 * @param {string} file
 */
function modifiedMs(file) {
  return statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
