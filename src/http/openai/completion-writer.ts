import type { OutgoingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../../access/caller-of.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import { ActiveStreams } from '../../routing/limits/active-streams.js';
import type { HttpExchange } from '../request/http-exchange.js';

/**
 * Sends whole answers. One has a place among the open streams until its client has taken all of it: its bytes are in
 * memory until then. A client that takes nothing for a minute, or that a shutdown cannot wait for, is cut off.
 */
@Injectable()
export class CompletionWriter {
  constructor(@Inject(ActiveStreams) private readonly active: Pick<ActiveStreams, 'keepDrainOpen'>) {}

  write(exchange: HttpExchange, headers: OutgoingHttpHeaders, body: Buffer): void {
    const shutdown = new LightAbortController();
    shutdown.addEventListener('abort', () => exchange.response.destroy());
    const place = this.active.keepDrainOpen(callerOf(exchange.request).name, shutdown);
    const closing = exchange.disconnectSignal();
    if (closing.aborted) return place.release();
    closing.addEventListener('abort', () => place.release());
    return exchange.send(200, headers, body);
  }
}
