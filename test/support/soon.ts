/** For what comes about by itself: looked at often, and given up only where it never does. In milliseconds. */
export const SOON = { interval: 10, timeout: 10_000 };
