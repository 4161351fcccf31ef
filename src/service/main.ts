import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { STARTED_WITH } from './config/exposure.js';
import { readServiceConfiguration, type ServiceConfiguration } from './config/service-configuration.js';
import { announceAddress } from './config/announced-address.js';
import type { ShutdownTrigger } from '../core/shutdown-trigger.js';
import { exitWithError } from './exit-with-error.js';
import { setV8Flags } from './v8-flags.js';
import { onShutdownSignals } from './shutdown-signals.js';

const WORKER = fileURLToPath(new URL('./worker.js', import.meta.url));

async function main(): Promise<void> {
  const configuration = readServiceConfiguration(process.env);
  await (configuration.workers === 1 ? serve(configuration) : supervise(configuration));
}

/** One process. */
async function serve(configuration: ServiceConfiguration): Promise<void> {
  setV8Flags(configuration);
  const { bootstrap, shutDown } = await import('./bootstrap.js');
  let shutdown: ShutdownTrigger | undefined;
  const service = await bootstrap(configuration, { shutdownRequest: { request: () => shutdown?.request() } });
  announceAddress(service.url, process.env);
  service.logger.info({ url: service.url }, 'Sluice is ready');
  shutdown = onShutdownSignals({
    begin: (signal) => {
      service.logger.info({ signal }, 'Sluice is shutting down');
      void shutDown(service);
    },
  });
  process.on('SIGHUP', () => void service.reload('SIGHUP'));
}

/** Several processes, of which this one serves nothing and loads nothing that serves. The same signals. */
async function supervise({ workers, logLevel, exposure }: ServiceConfiguration): Promise<void> {
  const [{ Primary }, { pino }] = await Promise.all([import('./cluster/primary.js'), import('pino')]);
  const log = pino({ level: logLevel });
  const primary = new Primary({
    workers,
    entry: WORKER,
    environment: { SLUICE_TICKET_SECRET: ticketSecret(), [STARTED_WITH]: JSON.stringify(exposure) },
    log,
    onStopRequested: () => shutdown.request(),
  });
  const shutdown = onShutdownSignals({
    begin: (signal) => {
      log.info({ signal }, 'Sluice is shutting down');
      primary.stop();
    },
    force: () => primary.kill(),
  });
  process.on('SIGHUP', () => primary.reload());
  process.exitCode = await primary.run();
}

/** A ticket that one worker has issued is good at all of them. */
function ticketSecret(): string {
  return process.env['SLUICE_TICKET_SECRET'] || randomBytes(32).toString('hex');
}

main().catch(exitWithError);
