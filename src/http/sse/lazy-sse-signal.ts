import { SSE_ABORT_CONTROLLER } from '@nestjs/common';
import type { AdapterRequest } from '../request/http-exchange.js';

/** An AbortController whose signal is made when it is first read. */
class LazyAbortController implements AbortController {
  #controller: AbortController | undefined;
  #end: { readonly reason: unknown } | undefined;

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#end !== undefined) this.#controller.abort(this.#end.reason);
    }
    return this.#controller.signal;
  }

  /** The first reason stays. */
  abort(reason?: unknown): void {
    this.#end ??= { reason };
    this.#controller?.abort(reason);
  }
}

/**
 * Gives a request the controller that Nest aborts when the Observable of an `@Sse` answer is over, for handlers and
 * interceptors with `@SseSignal()`. Nest makes one where there is none; its signal, and the error with a stack that ends
 * it, take a fifteenth of a short request, and are not needed here. It is set where Nest looks: on the adapter's
 * request and on the raw one.
 */
export function attachSseSignal(request: AdapterRequest): void {
  const controller = new LazyAbortController();
  Reflect.set(request, SSE_ABORT_CONTROLLER, controller);
  if (request.raw !== undefined) Reflect.set(request.raw, SSE_ABORT_CONTROLLER, controller);
}
