/**
 * Preloaded into a gateway that is to be profiled: SIGUSR2 starts the CPU profile, a second one writes it. So
 * that the profile holds the measured phase, and neither start nor warm-up.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
let running = false;

process.on('SIGUSR2', () => {
  if (!running) {
    session.connect();
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: 200 });
    session.post('Profiler.start');
    running = true;
    process.send?.({ type: 'probed' });
    return;
  }
  session.post('Profiler.stop', (_error, { profile }) => {
    writeFileSync(process.env['BENCH_PROFILE_TO'] ?? '', JSON.stringify(profile));
    process.send?.({ type: 'probed' });
  });
});
