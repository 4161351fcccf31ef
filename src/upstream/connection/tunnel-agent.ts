import type { ClientRequestArgs } from 'node:http';
import type { AgentOptions } from 'node:https';
import { isIPv6, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { openTunnel } from './open-tunnel.js';
import { PooledHttpsAgent } from './pooled-https-agent.js';
import type { Proxy } from './proxy.js';

/** Of a request that may need a new connection: `opening` is aborted when it is given up before it has one. */
export interface TunnelArgs extends ClientRequestArgs {
  opening?: AbortSignal | undefined;
}

const HTTPS_PORT = 443;

/** An agent whose connections are TLS within tunnels through a proxy. They serve again as others do. */
export class TunnelAgent extends PooledHttpsAgent {
  constructor(
    options: AgentOptions,
    private readonly proxy: Proxy,
  ) {
    super(options);
  }

  override createConnection(
    options: TunnelArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const { opening, host: named } = options;
    const host = named ?? 'localhost';
    const port = Number(options.port ?? HTTPS_PORT);
    // The agent keeps its options as long as the socket lives.
    delete options.opening;
    delete options.headers;
    delete options.timeout;
    const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
    openTunnel(this.proxy, authority, {
      signal: opening,
      opened: (socket) => {
        const within: ClientRequestArgs & { socket: Socket } = { ...options, host, port, socket };
        const secured = super.createConnection(within);
        if (secured) callback?.(null, secured);
      },
      // Beside an error Node takes no stream, but its type requires one.
      failed: (error) => callback?.(error, new Socket()),
    });
  }
}
