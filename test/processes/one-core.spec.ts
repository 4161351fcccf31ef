import { afterEach, describe, expect, it } from 'vitest';
import { ServiceProcess } from '../support/service.js';

const FLAG = '--no-parallel-scavenge';

/** Has Node tell the service of so many cores, and writes what V8 is told to standard error. */
function probe(cores: number): string {
  const script = `
    import os from 'node:os';
    import v8 from 'node:v8';
    import { syncBuiltinESMExports } from 'node:module';
    const setFlags = v8.setFlagsFromString;
    os.availableParallelism = () => ${cores};
    v8.setFlagsFromString = (flags) => {
      process.stderr.write('V8 is told ' + flags + '\\n');
      setFlags(flags);
    };
    syncBuiltinESMExports();`;
  return `--import data:text/javascript,${encodeURIComponent(script)}`;
}

describe('the service and its cores', () => {
  let service: ServiceProcess;
  afterEach(() => service.stop());

  it.each([
    { cores: 1, workers: 1, told: 1 },
    { cores: 2, workers: 1, told: 0 },
    { cores: 2, workers: 2, told: 2 },
  ])('tells V8 of $told processes to collect on one thread, with $workers on $cores cores', async (share) => {
    service = await ServiceProcess.start({
      NODE_OPTIONS: probe(share.cores),
      SLUICE_WORKERS: String(share.workers),
    });
    expect(service.stderr.match(new RegExp(`V8 is told ${FLAG}\n`, 'g')) ?? []).toHaveLength(share.told);
  });
});
