import { readdirSync, readFileSync } from 'node:fs';

/** Length of a clock tick of /proc in milliseconds; Linux shows 100 Hz to programs on every machine. */
const TICK_MS = 10;
const PAGE_BYTES = 4096;

/**
 * What a process tree has used so far.
 * @typedef {object} TreeUse
 * @property {number} userMs
 * @property {number} systemMs
 * @property {number} rssBytes
 */

/**
 * CPU time and memory of a process and all that descend from it, children that have ended included.
 * @param {number} pid
 * @returns {TreeUse}
 */
export function treeUse(pid) {
  const stats = allStats();
  const use = { userMs: 0, systemMs: 0, rssBytes: 0 };
  for (const stat of stats.filter(({ id }) => descends(id, pid, stats))) {
    use.userMs += stat.userTicks * TICK_MS;
    use.systemMs += stat.systemTicks * TICK_MS;
    use.rssBytes += stat.pages * PAGE_BYTES;
  }
  return use;
}

/**
 * Milliseconds that a core was busy since boot, time stolen by the hypervisor included.
 * @param {number} core
 */
export function coreBusyMs(core) {
  const line = readFileSync('/proc/stat', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`cpu${core} `));
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, steal = 0] = (line ?? '')
    .split(/\s+/)
    .slice(1)
    .map(Number);
  return (user + nice + system + irq + softirq + steal) * TICK_MS;
}

/** @typedef {{ id: number, parent: number, userTicks: number, systemTicks: number, pages: number }} Stat */

/** @returns {Stat[]} */
function allStats() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
}

/**
 * /proc/PID/stat, proc(5); undefined if the process has just ended.
 * @param {number} id
 * @returns {Stat | undefined}
 */
function readStat(id) {
  let text;
  try {
    text = readFileSync(`/proc/${id}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The second field is the command in parentheses and may hold blanks; numbers begin with field 4.
  const fields = text
    .slice(text.lastIndexOf(')') + 4)
    .split(' ')
    .map(Number);
  const field = (/** @type {number} */ number) => fields[number - 4] ?? 0;
  return {
    id,
    parent: field(4),
    userTicks: field(14) + field(16),
    systemTicks: field(15) + field(17),
    pages: field(24),
  };
}

/**
 * @param {number} id
 * @param {number} ancestor
 * @param {Stat[]} stats
 * @returns {boolean}
 */
function descends(id, ancestor, stats) {
  if (id === ancestor) return true;
  const parent = stats.find((stat) => stat.id === id)?.parent ?? 0;
  return parent > 1 && descends(parent, ancestor, stats);
}
