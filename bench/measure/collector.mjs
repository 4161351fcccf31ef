/**
 * Preloaded into a gateway whose memory is measured: SIGUSR2 collects the garbage. What is then resident is
 * held by somebody; without it, how full the young generation happens to be is what is measured. It then says what
 * memory is in use, and what keeps the process alive.
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
/** @type {() => void} */
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collect();
  collect();
  process.send?.({
    type: 'probed',
    memory: process.memoryUsage(),
    resources: process.getActiveResourcesInfo(),
  });
});
