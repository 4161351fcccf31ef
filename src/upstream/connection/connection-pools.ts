import { createSecureContext } from 'node:tls';
import type { Agent, AgentOptions } from 'node:https';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SettingsSource, type SluiceSettings, type UpstreamSettings } from '../../core/settings.js';
import { POOLED } from './idle-socket.js';
import type { Connections } from './node-adapter.js';
import { PooledHttpsAgent } from './pooled-https-agent.js';
import { readProxy } from './proxy.js';
import { PooledHttpAgent } from './pooled-http-agent.js';
import { TunnelAgent } from './tunnel-agent.js';

type Connecting = Pick<UpstreamSettings, 'baseUrl' | 'tls' | 'proxy'>;

/**
 * The pools of connections to upstreams, one for each distinct way to connect. A pool outlives a change of the settings in
 * which its way stays. Where it is gone, idle connections are closed at once, and the others when their requests have ended.
 */
@Injectable()
export class ConnectionPools implements OnApplicationShutdown {
  readonly #pools = new Map<string, Connections>();

  constructor(@Inject(SettingsSource) source: SettingsSource) {
    source.changes.subscribe((settings) => this.#keepThoseOf(settings));
  }

  /** The pool that this upstream's requests take their connections from. */
  of(upstream: Connecting): Connections {
    const way = wayOf(upstream);
    let connections = this.#pools.get(way);
    if (connections === undefined) this.#pools.set(way, (connections = connectionsOf(upstream)));
    return connections;
  }

  onApplicationShutdown(): void {
    for (const { pooled } of this.#pools.values()) pooled.destroy();
  }

  #keepThoseOf({ upstreams }: SluiceSettings): void {
    const wanted = new Set([...upstreams.values()].map(wayOf));
    for (const [way, { pooled }] of this.#pools) {
      if (wanted.has(way)) continue;
      this.#pools.delete(way);
      // A connection that a request uses is closed when it would be kept for the next one.
      pooled.maxFreeSockets = 0;
      for (const socket of Object.values(pooled.freeSockets).flat()) socket?.destroy();
    }
  }
}

function isSecure({ baseUrl }: Connecting): boolean {
  return new URL(baseUrl).protocol === 'https:';
}

function wayOf(upstream: Connecting): string {
  return JSON.stringify([isSecure(upstream), upstream.tls, upstream.proxy]);
}

function connectionsOf(upstream: Connecting): Connections {
  const proxy = upstream.proxy === undefined ? undefined : readProxy(upstream.proxy);
  if (!isSecure(upstream))
    return { pooled: new PooledHttpAgent(POOLED), fresh: new PooledHttpAgent(), proxy };
  const options = tlsOptionsOf(upstream);
  const agent = (pooling: AgentOptions): Agent =>
    proxy === undefined
      ? new PooledHttpsAgent({ ...pooling, ...options })
      : new TunnelAgent({ ...pooling, ...options }, proxy);
  return { pooled: agent(POOLED), fresh: agent({}), proxy };
}

/** One context for all connections: it is made of the texts once, and they are in no name of a socket. */
function tlsOptionsOf({ tls }: Connecting): AgentOptions {
  if (tls === undefined) return {};
  const { serverName, ...context } = tls;
  return {
    secureContext: createSecureContext(context),
    ...(serverName !== undefined && { servername: serverName }),
  };
}
