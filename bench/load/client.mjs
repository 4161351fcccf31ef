/**
 * The callers: sends requests to a subject and checks every event that comes back. A process of its own, over
 * node:net. Its parent sends `go` with a plan over IPC and is told `open` (every connection has had its
 * first event), `closing` (the first stream is complete) and `done` with the counts.
 */
import { LoadRun } from './load-run.mjs';

process.on(
  'message',
  (
    /** @type {import('../scenarios.mjs').Plan & { port: number, request: string }} */ {
      port,
      request,
      ...plan
    },
  ) => {
    new LoadRun({ plan, port, request }, (message) => process.send?.(message)).start();
  },
);
process.on('disconnect', () => process.exit());
