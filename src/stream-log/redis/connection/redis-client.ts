import { Logger } from '@nestjs/common';
import { Cluster, Redis } from 'ioredis';

/** A client of one server or of a cluster. */
export type RedisClient = Redis | Cluster;

/** How long an answer is waited for, in milliseconds. */
const COMMAND_TIMEOUT_MS = 2_000;
/**
 * And on a connection that carries frames. A command that timed out stays in memory until it is answered or its connection
 * ends: with a short time, a slow Redis would leave several copies of each.
 */
const WRITE_TIMEOUT_MS = 60_000;
const CONNECT_TIMEOUT_MS = 2_000;
/** How long nothing at all may come before the connection is given up, with what it has not sent, in milliseconds. */
const SILENCE_MS = 4_000;
/** How long a connection that is given up may take to say so, in milliseconds. */
const GOODBYE_MS = 100;
/** The longest pause between two attempts to connect: less than a lease may be missing. */
const LONGEST_PAUSE_MS = 500;
/** How often the slots of a cluster are refreshed: a pipeline that failed in part does not do so. */
const SLOTS_MS = 5_000;

/** A command fails where there is no connection, and is never sent a second time by the client itself. */
const OPTIONS = {
  commandTimeout: COMMAND_TIMEOUT_MS,
  connectTimeout: CONNECT_TIMEOUT_MS,
  disconnectTimeout: GOODBYE_MS,
  socketTimeout: SILENCE_MS,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  // A failure of the client's own work has no handler then.
  autoResubscribe: false,
  maxRetriesPerRequest: 0,
  reconnectOnError: isOfReplica,
  retryStrategy: pauseBefore,
};

/**
 * Connects for good: a connection that is lost is made anew. `url` is `redis://…` or `rediss://…`; several with commas
 * between them, or `?cluster=true`, for a cluster. Nothing is logged but that Redis is there, or is not.
 */
export function connectRedis(url: string): RedisClient {
  const client = connect(url, OPTIONS);
  watch(client);
  return client;
}

/**
 * A second connection, for frames. A command fails where its connection ends, after four seconds of silence, and else after a
 * minute.
 */
export function connectWriter(url: string): RedisClient {
  const writer = connect(url, { ...OPTIONS, commandTimeout: WRITE_TIMEOUT_MS });
  // The first connection says what is wrong.
  writer.on('error', () => undefined);
  return writer;
}

function connect(url: string, options: typeof OPTIONS): RedisClient {
  return isCluster(url) ? connectCluster(url, options) : new Redis(url, options);
}

/**
 * Sends the commands of `send` in one write to the socket. Not by a pipeline of the client's: each has a getter of its own, and
 * with it a hidden class that keeps it, and all that it carried, until the next major collection (docs/decisions/0014).
 * For a cluster it is the client that puts them together.
 */
export function inOneWrite<T>(client: RedisClient, send: () => T): T {
  const stream = client instanceof Redis ? client.stream : undefined;
  stream?.cork();
  try {
    return send();
  } finally {
    stream?.uncork();
  }
}

/** A connection for channels: one that listens can do nothing else. */
export function connectSubscriber(client: RedisClient): RedisClient {
  const subscriber = client instanceof Cluster ? client.duplicate() : client.duplicate();
  // The first connection says what is wrong.
  subscriber.on('error', () => undefined);
  return subscriber;
}

function connectCluster(url: string, options: typeof OPTIONS): Cluster {
  const urls = url.split(',').map((node) => new URL(node.trim()));
  const [first] = urls;
  const nodes = urls.map(({ hostname, port }) => ({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: Number(port || '6379'),
  }));
  return new Cluster(nodes, {
    clusterRetryStrategy: pauseBefore,
    enableOfflineQueue: false,
    // A node is connected to at its first command, and only a pipeline waits for that.
    enableAutoPipelining: true,
    slotsRefreshInterval: SLOTS_MS,
    redisOptions: {
      ...options,
      ...(first?.username && { username: decodeURIComponent(first.username) }),
      ...(first?.password && { password: decodeURIComponent(first.password) }),
      ...(first?.protocol === 'rediss:' && { tls: {} }),
    },
  });
}

function isCluster(url: string): boolean {
  return url.includes(',') || new URL(url).searchParams.get('cluster') === 'true';
}

/** The one that was the primary when the connection was made is it no more. */
function isOfReplica({ message }: Error): boolean {
  return message.startsWith('READONLY');
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
  // One that is closed on purpose makes no new connection.
  client.on('reconnecting', () => {
    if (isReady !== false) logger.warn(`The stream log lost Redis: ${why}`);
    isReady = false;
  });
}
