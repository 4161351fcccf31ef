import { Logger } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';

/** A client of one server or of a cluster. */
export type RedisClient = Redis | Cluster;

/** How long an answer is waited for, in milliseconds. */
const COMMAND_TIMEOUT_MS = 2_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** The longest pause between two attempts to connect: less than a lease may be missing. */
const LONGEST_PAUSE_MS = 500;

/** A command fails where there is no connection, and is never sent a second time by the client itself. */
const OPTIONS = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: pauseBefore,
};

/**
 * Connects for good: a connection that is lost is made anew. `url` is `redis://…` or `rediss://…`; several with commas
 * between them, or `?cluster=true`, for a cluster. Nothing is logged but that Redis is there, or is not.
 */
export function connectRedis(url: string): RedisClient {
  const client = isCluster(url)
    ? connectCluster(url)
    : new Redis(url, { ...OPTIONS, enableAutoPipelining: true });
  watch(client);
  return client;
}

/** A second connection, for channels: one that listens can do nothing else. */
export function connectSubscriber(client: RedisClient): Redis | Cluster {
  const subscriber =
    client instanceof Cluster ? client.duplicate() : client.duplicate({ enableOfflineQueue: true });
  // The first connection says what is wrong.
  subscriber.on('error', () => undefined);
  return subscriber;
}

function connectCluster(url: string): Cluster {
  const urls = url.split(',').map((node) => new URL(node.trim()));
  const [first] = urls;
  const nodes = urls.map(({ hostname, port }) => ({ host: hostname, port: Number(port || '6379') }));
  return new Cluster(nodes, {
    clusterRetryStrategy: pauseBefore,
    enableOfflineQueue: false,
    enableAutoPipelining: true,
    redisOptions: {
      ...OPTIONS,
      ...(first?.username && { username: decodeURIComponent(first.username) }),
      ...(first?.password && { password: decodeURIComponent(first.password) }),
      ...(first?.protocol === 'rediss:' && { tls: {} }),
    },
  });
}

function isCluster(url: string): boolean {
  return url.includes(',') || new URL(url).searchParams.get('cluster') === 'true';
}

function pauseBefore(attempt: number): number {
  return Math.min(LONGEST_PAUSE_MS, 50 * 2 ** Math.min(attempt, 4));
}

/** Says once that Redis is away, and once that it is there again. */
function watch(client: RedisClient): void {
  const logger = new Logger('StreamLog');
  let isReady: boolean | undefined;
  let why = 'the connection was closed';
  client.on('error', (error: Error) => (why = error.message));
  client.on('ready', () => {
    isReady = true;
    logger.log('The stream log has Redis');
  });
  client.on('close', () => {
    if (isReady !== false) logger.warn(`The stream log lost Redis: ${why}`);
    isReady = false;
  });
}
