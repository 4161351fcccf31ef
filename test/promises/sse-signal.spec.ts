import {
  SSE_ABORT_CONTROLLER,
  type CallHandler,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import type { Observable } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { ScriptedUpstream, streams } from '../../src/testing/index.js';
import { ask } from '../support/http-client.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';

/** A host's interceptor that looks for what `@SseSignal()` gives. */
class SignalReader implements NestInterceptor {
  controller: AbortController | undefined;
  readonly seen: string[] = [];

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<{ [SSE_ABORT_CONTROLLER]?: AbortController }>();
    this.controller = request[SSE_ABORT_CONTROLLER];
    this.seen.push(this.controller?.signal.aborted === false ? 'running' : 'over');
    this.controller?.signal.addEventListener('abort', () => this.seen.push('aborted'));
    return next.handle();
  }
}

describe.each(hostKinds)('the signal of an @Sse answer on $name', (kind) => {
  let host: Host;
  let upstream: ScriptedUpstream;

  afterEach(async () => {
    await host.stop();
    await upstream.stop();
  });

  it('is Sluice’s own, and tells a host’s interceptor once that the answer is over', async () => {
    const reader = new SignalReader();
    upstream = await ScriptedUpstream.start();
    host = await startHost(kind, {
      sluice: optionsFor(upstream.baseUrl),
      prepare: (app) => app.useGlobalInterceptors(reader),
    });
    upstream.next(streams('Hello'));
    await (await ask(`${host.url}/stream?content=Hi`)).text();
    expect(reader.seen).toEqual(['running', 'aborted']);
    expect(reader.controller).not.toBeInstanceOf(AbortController);
  });
});
