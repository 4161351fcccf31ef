import 'reflect-metadata';
import cluster from 'node:cluster';
import { bootstrap, shutDown } from './bootstrap.js';
import { snapshotSchema } from './cluster/messages.js';
import { WorkerChannel } from './cluster/worker-channel.js';
import { announceAddress } from './config/announced-address.js';
import { readServiceConfiguration } from './config/service-configuration.js';
import { exitWithError } from './exit-with-error.js';
import { setV8Flags } from './v8-flags.js';

/** One of several processes of a service; main.ts starts it where SLUICE_WORKERS is more than one. */
async function serve(link: WorkerChannel): Promise<void> {
  const configuration = readServiceConfiguration(process.env);
  setV8Flags(configuration);
  const service = await bootstrap(configuration, {
    metricsText: { read: () => link.requestMetrics() },
    shutdownRequest: { request: () => link.requestStop() },
  });
  announceAddress(service.url, process.env);
  link.serve({
    url: service.url,
    snapshot: async () => snapshotSchema.parse(await service.metrics.registry.getMetricsAsJSON()),
    reload: () => void service.reload('SIGHUP'),
    stop: (reason) => {
      service.logger.info({ reason }, 'A worker is shutting down');
      return shutDown(service);
    },
  });
}

/** A signal to the whole group, as a terminal sends it, reaches the primary too, which instructs its workers. */
const ignore = () => undefined;

if (cluster.worker === undefined) {
  exitWithError('This is a worker of Sluice: start main.js instead');
} else {
  process.on('SIGTERM', ignore).on('SIGINT', ignore).on('SIGHUP', ignore);
  const link = new WorkerChannel(cluster.worker);
  serve(link).catch((error: unknown) => {
    exitWithError(error);
    link.leave();
  });
}
