import type { CallHandler, ExecutionContext, NestInterceptor } from '@nestjs/common';
import { endWith, type Observable } from 'rxjs';
import { afterEach, describe, expect, it } from 'vitest';
import { refuses, ScriptedUpstream, streams } from '../../src/testing/index.js';
import { ask } from '../support/http-client.js';
import { hostKinds, startHost, type Host } from '../support/hosts.js';
import { optionsFor } from '../support/options.js';

/** A host's interceptor that has an event of its own to add. */
class Farewell implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(endWith('bye'));
  }
}

describe.each(hostKinds)('a host’s interceptor on $name', (kind) => {
  let host: Host;
  let upstream: ScriptedUpstream;

  afterEach(async () => {
    await host.stop();
    await upstream.stop();
  });

  it('may add an event to an @Sse answer, after its last frame', async () => {
    upstream = await ScriptedUpstream.start();
    host = await startHost(kind, {
      sluice: optionsFor(upstream.baseUrl),
      prepare: (app) => app.useGlobalInterceptors(new Farewell()),
    });
    upstream.next(streams('Hello'));
    const text = await (await ask(`${host.url}/stream?content=Hi`)).text();
    expect(text).toMatch(/^data: \{"delta":"Hello"\}\n[^]*\.end\n\n[^]*bye[^]*\n\n$/);
  });

  it.each([
    { name: 'behind one', interceptors: [new Farewell()] },
    { name: 'without one', interceptors: [] },
  ])('leaves a refusal its status on a route that has streamed, $name', async ({ interceptors }) => {
    upstream = await ScriptedUpstream.start();
    host = await startHost(kind, {
      sluice: optionsFor(upstream.baseUrl),
      prepare: (app) => app.useGlobalInterceptors(...interceptors),
    });
    const statusOf = async (path: string) => {
      const answer = await ask(`${host.url}${path}`);
      await answer.text();
      return answer.status;
    };
    upstream.next(streams('Hello'));
    expect(await statusOf('/stream?content=Hi')).toBe(200);
    upstream.next(refuses(429));
    expect(await statusOf('/stream?content=Hi')).toBe(429);
    expect(await statusOf('/stream')).toBe(400);
  });
});
