import type { OutgoingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { callerOf } from '../access/caller-of.js';
import { Stop } from '../core/stop-signal.js';
import { ActiveStreams } from '../relay/active-streams.js';
import type { Exchange } from './exchange.js';

/**
 * Sends whole answers. One has a place among the open streams until its client has taken all of it: its bytes are in
 * memory until then. A client that takes nothing for a minute, or that a shutdown cannot wait for, is cut off.
 */
@Injectable()
export class AnswerWriter {
  constructor(@Inject(ActiveStreams) private readonly active: Pick<ActiveStreams, 'stay'>) {}

  write(exchange: Exchange, headers: OutgoingHttpHeaders, body: Buffer): void {
    const shutdown = new Stop();
    shutdown.addEventListener('abort', () => exchange.response.destroy());
    const place = this.active.stay(callerOf(exchange.request).name, shutdown);
    const closing = exchange.closing();
    if (closing.aborted) return place.release();
    closing.addEventListener('abort', () => place.release());
    return exchange.send(200, headers, body);
  }
}
