import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { HttpExchange } from '../request/http-exchange.js';
import { NativeStreams } from './native-streams.js';
import { attachSseSignal } from '../sse/lazy-sse-signal.js';

/**
 * Opens the stream of a `/stream` request. A guard, since Nest awaits guards before it sends anything: behind an
 * interceptor, its own or the host's, it sends a 200 before the handler has resolved
 * (docs/decisions/0001).
 */
@Injectable()
export class NativeStreamGuard implements CanActivate {
  constructor(@Inject(NativeStreams) private readonly streams: NativeStreams) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const exchange = HttpExchange.of(context);
    attachSseSignal(exchange.request);
    await this.streams.open(exchange);
    return true;
  }
}
