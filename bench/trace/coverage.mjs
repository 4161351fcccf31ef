/**
 * Preloaded into the traced service: counts calls by V8's precise coverage. SIGUSR2 writes the counts since the last
 * one, of files of this build, to $BENCH_COVERAGE_TO.
 */
import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

process.on('SIGUSR2', () => {
  session.post('Profiler.takePreciseCoverage', (_error, { result }) => {
    const own = result.filter(({ url }) => url.startsWith(process.env['BENCH_COVERAGE_OF'] ?? ''));
    writeFileSync(process.env['BENCH_COVERAGE_TO'] ?? '', JSON.stringify(own));
    process.send?.({ type: 'probed' });
  });
});
