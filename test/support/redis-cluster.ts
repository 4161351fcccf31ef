import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port.js';
import { RedisServer } from './redis-server.js';

const NODES = 3;
const SLOTS = 16_384;
const POLL_MS = 20;

/** A Redis Cluster on loopback ports, each node with a third of the slots. */
export class RedisCluster {
  private constructor(private readonly nodes: readonly RedisServer[]) {}

  /** Starts it, and resolves when every node knows that all slots are served. */
  static async start(): Promise<RedisCluster> {
    const nodes = await Promise.all(Array.from({ length: NODES }, (_, index) => startNode(index)));
    const [one, ...others] = nodes;
    for (const { server, busPort } of others) {
      await one?.server.command('CLUSTER', 'MEET', '127.0.0.1', server.port, busPort);
    }
    await Promise.all(nodes.map(({ server }) => untilWhole(server)));
    return new RedisCluster(nodes.map(({ server }) => server));
  }

  /** The addresses of all nodes, with commas between them. */
  get url(): string {
    return this.nodes.map(({ port }) => `redis://127.0.0.1:${port}`).join(',');
  }

  /** The names of all keys of each node. */
  async keys(pattern = '*'): Promise<string[][]> {
    return Promise.all(this.nodes.map((node) => node.keys(pattern)));
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
  }
}

/** One node with its part of the slots, which knows no other yet. */
async function startNode(index: number): Promise<{ server: RedisServer; busPort: number }> {
  const busPort = await freePort();
  const server = await RedisServer.start({ 'cluster-enabled': 'yes', 'cluster-port': String(busPort) });
  const [first = 0, after = 0] = [index, index + 1].map((part) => Math.ceil((part * SLOTS) / NODES));
  await server.command('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
  await server.command('CLUSTER', 'ADDSLOTSRANGE', first, after - 1);
  return { server, busPort };
}

async function untilWhole(server: RedisServer): Promise<void> {
  for (;;) {
    const info = String(await server.command('CLUSTER', 'INFO'));
    if (info.includes('cluster_state:ok') && info.includes(`cluster_known_nodes:${NODES}`)) return;
    await delay(POLL_MS);
  }
}
