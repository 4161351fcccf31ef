import 'reflect-metadata';
import { bootstrap } from './bootstrap.js';
import { readServiceConfiguration } from './config/service-configuration.js';

/** Ends the service once, on the first signal; a second one ends the process as it would without us. */
async function main(): Promise<void> {
  const service = await bootstrap(readServiceConfiguration(process.env));
  service.logger.info({ url: `${service.url}/stream?content=Hello%20world` }, 'Sluice is ready');
  const stop = (signal: NodeJS.Signals) => {
    process.off('SIGTERM', stop).off('SIGINT', stop);
    service.logger.info({ signal }, 'Sluice is shutting down');
    service.close().catch((error: unknown) => {
      service.logger.error({ err: error }, 'Sluice did not shut down cleanly');
      process.exitCode = 1;
    });
  };
  process.on('SIGTERM', stop).on('SIGINT', stop);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
