/**
 * The callers: sends requests to a subject and checks every event that comes back. A process of its own, over
 * node:net. Its parent sends `{ plan, port, request }` over IPC and is told `open` (every connection has had its
 * first event), `closing` (the first stream is complete) and `done` with the counts.
 */
import { LoadRun } from './load-run.mjs';

process.on(
  'message',
  (/** @type {{ plan: import('../scenarios.mjs').Plan, port: number, request: string }} */ order) => {
    new LoadRun(order, (message) => process.send?.(message)).start();
  },
);
process.on('disconnect', () => process.exit());
