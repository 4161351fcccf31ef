import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Programs that a bare machine lacks, and what is tested with each. */
const PROGRAMS = {
  chromium: 'EventSource in a browser',
  nginx: 'streaming behind nginx',
  curl: 'curl -N',
  'redis-server': 'streams that several replicas share',
  openssl: 'TLS of Redis, and of upstreams with certificates of their own',
} as const;

export type Program = keyof typeof PROGRAMS;

/** The path of a program, or undefined if this machine has none. */
export function findProgram(name: Program): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** Names the suites that are skipped. With `CI=true` a missing program is an error. */
export function announceMissing(): void {
  const missing = Object.entries(PROGRAMS).filter(([name]) => findProgram(name as Program) === undefined);
  const lines = missing.map(([name, what]) => `${what}: needs ${name}, which this machine lacks`);
  if (lines.length === 0) return;
  if (process.env['CI'] === 'true') throw new Error(`With CI=true nothing is skipped. ${lines.join('; ')}`);
  for (const line of lines) process.stderr.write(`SKIPPED ${line}\n`);
}
