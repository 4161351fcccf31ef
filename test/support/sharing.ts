import { once } from 'node:events';
import type { Server } from 'node:http';
import type { ScriptedUpstream } from '../../src/testing/index.js';
import { Fleet } from './fleet.js';
import type { HostKind } from './hosts.js';
import { ask, askAndLeave, type Answer } from './http-client.js';

/** One way of asking for what can be shared. */
export interface Way {
  readonly name: string;
  readonly path: (content: string) => string;
  readonly body: (content: string) => object | undefined;
}

const chat = (stream: boolean) => (content: string) => ({
  model: 'r',
  messages: [{ role: 'user', content }],
  stream,
});

export const GET: Way = {
  name: 'GET /stream',
  path: (content) => `/stream?model=r&content=${encodeURIComponent(content)}`,
  body: () => undefined,
};
export const POST: Way = {
  name: 'POST /stream',
  path: () => '/stream',
  body: (content) => ({ model: 'r', content }),
};
export const CHAT: Way = { name: 'a chat completion', path: () => '/v1/chat/completions', body: chat(true) };
export const WHOLE: Way = { name: 'a whole answer', path: () => '/v1/chat/completions', body: chat(false) };
export const STREAMS: readonly Way[] = [GET, POST, CHAT];
export const ALL: readonly Way[] = [...STREAMS, WHOLE];

export const WEB = { authorization: 'Bearer web-key-1' };
/** Another caller of the same tenant. */
export const APP = { authorization: 'Bearer app-key-1' };
export const OTHER = { authorization: 'Bearer other-key-1' };
const callers = [
  { name: 'web', tenant: 'acme', key: 'web-key-1' },
  { name: 'app', tenant: 'acme', key: 'app-key-1' },
  { name: 'other', key: 'other-key-1' },
];

/** What a header of no meaning asks for. */
export const UNREADABLE = { 'x-sluice-share': 'perhaps' };

let requests = 0;
/** A text that no request had before. */
export function fresh(): string {
  requests += 1;
  return `Question ${requests}`;
}

/** How an answer came: `x-sluice-cache`. */
export function how({ headers }: Answer): unknown {
  return headers['x-sluice-cache'];
}

export function idOf({ headers }: Answer): string {
  return String(headers['x-sluice-stream']);
}

/** A fleet of one upstream whose route shares, asked by callers of two tenants. */
export class SharingFleet {
  private constructor(readonly fleet: Fleet) {}

  static async launch(kind?: HostKind): Promise<SharingFleet> {
    const fleet = await Fleet.launch(['a'], { kind, route: { share: true }, rest: { callers } });
    return new SharingFleet(fleet);
  }

  /** Forgets what was asked. */
  upstream(): ScriptedUpstream {
    return this.fleet.at('a').reset();
  }

  /** How often the upstream was asked. */
  get asked(): number | undefined {
    return this.fleet.asked[0];
  }

  send(way: Way, content: string, headers: Record<string, string> = {}): Promise<Answer> {
    const body = { headers: { ...WEB, ...headers }, body: way.body(content) };
    return ask(this.fleet.url + way.path(content), body);
  }

  sendAndLeave(way: Way, content: string): { leave(): void } {
    return askAndLeave(this.fleet.url + way.path(content), { headers: WEB, body: way.body(content) });
  }

  /** Resolves when a request that comes now is answered: what came before was seen. */
  async seen(): Promise<void> {
    const { status } = await this.send(WHOLE, 'Hi', UNREADABLE);
    if (status !== 400) throw new Error(`The request was answered with ${status}`);
  }

  /** What `send` gives, once the request waits for its answer. */
  async waiting<T>(send: () => T): Promise<{ readonly sent: T }> {
    const arrived = once(this.fleet.host.app.getHttpServer() as Server, 'request');
    const sent = send();
    await arrived;
    await this.seen();
    return { sent };
  }

  stop(): Promise<void> {
    return this.fleet.stop();
  }
}
