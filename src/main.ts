import 'reflect-metadata';
import { fileURLToPath } from 'node:url';
import { readServiceConfiguration, type ServiceConfiguration } from './config/service-configuration.js';
import { fail } from './fail.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

async function main(): Promise<void> {
  const configuration = readServiceConfiguration(process.env);
  await (configuration.workers === 1 ? serve(configuration) : supervise(configuration));
}

/** One process. Ends the service once, on the first signal; a second one ends the process as it would without us. */
async function serve(configuration: ServiceConfiguration): Promise<void> {
  const { bootstrap, shutDown } = await import('./bootstrap.js');
  const service = await bootstrap(configuration);
  service.logger.info({ url: service.url }, 'Sluice is ready');
  const stop = (signal: NodeJS.Signals) => {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    service.logger.info({ signal }, 'Sluice is shutting down');
    void shutDown(service);
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

/** Several processes, of which this one serves nothing and loads nothing that serves. The same signals. */
async function supervise({ workers, logLevel }: ServiceConfiguration): Promise<void> {
  const [{ Primary }, { pino }] = await Promise.all([import('./cluster/primary.js'), import('pino')]);
  const log = pino({ level: logLevel });
  const primary = new Primary({ workers, entry: WORKER, log });
  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopping) {
      // Never without this listener before: a process that dies of a signal by itself ends no worker.
      process.off('SIGTERM', stop).off('SIGINT', stop);
      primary.kill();
      process.kill(process.pid, signal);
      return;
    }
    stopping = true;
    log.info({ signal }, 'Sluice is shutting down');
    primary.stop();
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
  process.exitCode = await primary.run();
}

main().catch(fail);
