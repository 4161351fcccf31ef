import type { RelayEvent } from '../core/relay-event.js';

/** What an operator should see of upstreams and keys; undefined for everything else. Keys by their fingerprint. */
export function upstreamLogLine(event: RelayEvent): Record<string, unknown> | undefined {
  switch (event.type) {
    case 'key-rejected':
      return { msg: 'key refused by its upstream', upstream: event.upstream, key: event.fingerprint };
    case 'key-limited':
      return {
        msg: 'key limited',
        upstream: event.upstream,
        key: event.fingerprint,
        forMs: Math.ceil(event.forMs),
      };
    case 'breaker':
      return { msg: 'breaker', target: event.target, state: event.state };
    default:
      return undefined;
  }
}
