import type { IncomingMessage } from 'node:http';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { hasBody } from './body-headers.js';

interface FastifyLike {
  addHook(
    name: 'onRequest',
    hook: (request: RoutedRequest, reply: unknown, done: () => void) => void,
  ): unknown;
}

interface RoutedRequest {
  readonly method: string;
  readonly headers: IncomingMessage['headers'];
  readonly routeOptions: { readonly url?: string };
}

/**
 * Lets clients name a media type where they send no body: some HTTP libraries do so with each request, and Fastify's JSON
 * parser refuses a body that is empty. For Fastify hosts, and for Sluice's own DELETE route.
 */
@Injectable()
export class AbsentBodies implements OnModuleInit {
  constructor(@Inject(HttpAdapterHost) private readonly adapters: HttpAdapterHost) {}

  onModuleInit(): void {
    // Absent in an application without HTTP.
    const { httpAdapter } = this.adapters as Partial<HttpAdapterHost>;
    if (httpAdapter?.getType() !== 'fastify') return;
    httpAdapter
      .getInstance<FastifyLike>()
      .addHook('onRequest', ({ method, headers, routeOptions }, _, done) => {
        const isStop = method === 'DELETE' && routeOptions.url?.endsWith('/v1/streams/:id') === true;
        if (isStop && !hasBody(headers)) delete headers['content-type'];
        done();
      });
  }
}
