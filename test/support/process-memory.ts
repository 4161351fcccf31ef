import { readFileSync } from 'node:fs';
import type { ServiceProcess } from './service.js';

const KIB = 1024;

/** The resident memory of a service's process, in bytes, as Linux counts it. */
export function residentBytes({ lines }: ServiceProcess): number {
  const pid = Number(lines.at(0)?.['pid']);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) * KIB;
}
