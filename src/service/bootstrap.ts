import { lookup } from 'node:dns/promises';
import type { ServerOptions } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { pino, type Logger } from 'pino';
import { AppModule, optionsOf, type ProcessContext } from './app.module.js';
import { LiveSettings } from '../config/live-settings.js';
import { readServiceConfiguration, type ServiceConfiguration } from './config/service-configuration.js';
import { guardBodies } from './http/guard-bodies.js';
import { guardHosts } from './http/guard-hosts.js';
import { answerMalformed } from './http/answer-malformed.js';
import { answerUnroutable } from './http/answer-unroutable.js';
import { enableCors } from './http/enable-cors.js';
import { serveDocs } from '../http/openapi/serve-docs.js';
import { closeIdleConnections } from './http/idle-connections.js';
import { keepBodyTexts } from './http/keep-body-texts.js';
import { ActiveStreams } from '../routing/limits/active-streams.js';
import { ConfigReloader } from './config-reloader.js';
import { SimulatedUpstream } from './simulated/simulated-upstream.js';
import { logDestination } from './log/log-destination.js';
import { Metrics } from '../telemetry/metrics.js';
import { PinoLogger } from './log/pino-logger.js';

/** How long the head of a request may take, in milliseconds. */
const MAX_HEADERS_TIMEOUT_MS = 20_000;
const MAX_CHECK_INTERVAL_MS = 5_000;

/** A service that listens. */
export interface Service {
  /** An example URL to open in a browser. */
  readonly url: string;
  readonly logger: Logger;
  /** Of this process. */
  readonly metrics: Metrics;
  /** Reads the configuration anew and makes it hold if it is valid. `why` stands in the log. */
  reload(why: string): Promise<void>;
  /** Takes in no more streams, waits for those that run, and ends. */
  close(): Promise<void>;
}

/**
 * Starts the service as its configuration says. Rejects if that is not valid or the port is taken.
 */
export async function bootstrap(
  configuration: ServiceConfiguration,
  surroundings: ProcessContext,
): Promise<Service> {
  const logger = pino({ level: configuration.logLevel }, logDestination());
  const adapter = adapterFor(configuration);
  const app = await NestFactory.create<NestFastifyApplication>(AppModule.in(surroundings), adapter, {
    logger: new PinoLogger(logger),
    abortOnError: false,
  });
  enableCors(app, configuration.corsOrigins);
  guardHosts(app);
  guardBodies(app, configuration);
  serveDocs(app);
  await app.listen(configuration.port, await addressOf(configuration.host));
  const { port } = new URL(await app.getUrl());
  const closeUnused = closeIdleConnections(app.getHttpServer());
  const settings = app.get(LiveSettings);
  const simulated = app.get(SimulatedUpstream);
  const reloader = new ConfigReloader({
    configuration,
    read: () => readServiceConfiguration(process.env),
    apply: async (next) => settings.replace(await optionsOf(next, simulated)),
    logger,
  });
  const close = async () => {
    reloader.stop();
    const closed = app.close();
    await app.get(ActiveStreams).beforeApplicationShutdown();
    closeUnused();
    await closed;
  };
  const url = `http://${hostOf(configuration.host)}:${port}/stream?content=Hello%20world`;
  return { url, logger, metrics: app.get(Metrics), reload: (why) => reloader.reload(why), close };
}

/** Fastify with the service's bounds and its own answers to what it refuses. */
function adapterFor(configuration: ServiceConfiguration): FastifyAdapter {
  const adapter = new FastifyAdapter({
    // Without a logger of its own: Fastify's request log prints the URL, and the URL holds the prompt.
    bodyLimit: configuration.maxBodyBytes,
    requestTimeout: configuration.requestTimeoutMs,
    http: serverOptions(configuration),
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 1024 },
    frameworkErrors: answerUnroutable,
  });
  const server = adapter.getHttpServer();
  server.maxConnections = configuration.maxConnections;
  answerMalformed(server);
  keepBodyTexts(adapter, configuration.maxBodyBytes);
  return adapter;
}

/** Node looks once in a while for requests that take too long: often enough for the time that is set. */
function serverOptions({ requestTimeoutMs }: ServiceConfiguration): ServerOptions {
  return {
    headersTimeout: Math.min(requestTimeoutMs, MAX_HEADERS_TIMEOUT_MS),
    connectionsCheckingInterval: Math.min(requestTimeoutMs, MAX_CHECK_INTERVAL_MS),
    // Node's own answer has no body: `hostProblem` answers.
    requireHostHeader: false,
  };
}

/** Closes the service; what then goes wrong is logged, and makes the exit code 1. */
export async function shutDown(service: Service): Promise<void> {
  try {
    await service.close();
  } catch (error) {
    service.logger.error({ err: error }, 'Sluice did not shut down cleanly');
    process.exitCode = 1;
  }
}

/** For `localhost` Fastify makes a server for each of its addresses, and only the first has the bounds that are set here. */
async function addressOf(host: string): Promise<string> {
  if (host !== 'localhost') return host;
  const addresses = await lookup(host, { all: true });
  return (addresses.find(({ family }) => family === 4) ?? addresses[0])?.address ?? host;
}

function hostOf(host: string): string {
  if (host === '0.0.0.0' || host === '127.0.0.1' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
