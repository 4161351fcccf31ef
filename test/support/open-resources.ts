/** How many resources of a kind keep this process busy: `timers` that it waits for, and `sockets`. */
export function openResources(kind: 'timers' | 'sockets'): number {
  const isWanted = kind === 'timers' ? /^(Timeout|Immediate)$/ : /^TCP(Socket|Server)Wrap$/i;
  return process.getActiveResourcesInfo().filter((name) => isWanted.test(name)).length;
}
