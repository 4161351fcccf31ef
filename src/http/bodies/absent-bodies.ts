import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: RoutedRequest, reply: unknown, done: () => void) => void,
  ): unknown;
}

interface RoutedRequest {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly routeOptions: { readonly url?: string | undefined };
}

/** What says that there is a body, and what it is. */
const OF_BODIES = ['content-type', 'content-length', 'transfer-encoding'] as const;

/** True for Sluice's own route that is asked with DELETE: it ignores a body. */
export function ignoresBody({
  method,
  routeOptions,
}: Pick<RoutedRequest, 'method' | 'routeOptions'>): boolean {
  return method === 'DELETE' && routeOptions.url?.endsWith('/v1/streams/:id') === true;
}

/**
 * Keeps Fastify from reading the body of a DELETE, or from refusing a media type that is named for none: some HTTP libraries
 * send either with each request. Express hosts read bodies before any route is known.
 */
@Injectable()
export class AbsentBodies implements OnModuleInit {
  constructor(@Inject(HttpAdapterHost) private readonly adapters: HttpAdapterHost) {}

  onModuleInit(): void {
    // Absent in an application without HTTP.
    const { httpAdapter } = this.adapters as Partial<HttpAdapterHost>;
    if (httpAdapter?.getType() !== 'fastify') return;
    httpAdapter.getInstance<FastifyLike>().addHook('onRequest', (request, _, done) => {
      if (ignoresBody(request)) for (const name of OF_BODIES) delete request.headers[name];
      done();
    });
  }
}
