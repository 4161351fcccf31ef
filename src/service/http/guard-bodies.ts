import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CanActivate } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { AdminGuard } from '../admin/admin.guard.js';
import { ApiKeyGuard } from '../../access/api-key.guard.js';
import { callerOf, hasCaller } from '../../access/caller-of.js';
import { CrossSiteGuard } from '../../access/cross-site.guard.js';
import { StreamAccessGuard } from '../../access/stream-access.guard.js';
import type { RequestLimits } from '../config/request-limits.js';
import { SluiceError } from '../../core/sluice-error.js';
import { ignoresBody } from '../../http/bodies/absent-bodies.js';
import { BodyBudget } from '../../http/bodies/body-budget.js';
import { hasBody, refuseEncoded } from '../../http/bodies/body-headers.js';
import { countBody } from '../../http/bodies/count-body.js';

type BodyLimits = Pick<RequestLimits, 'maxBodyBytes' | 'maxBodyBytesInFlight' | 'maxBodyBytesPerCaller'>;

/** Of Fastify's request and reply, what is needed here. */
interface Incoming {
  readonly raw: IncomingMessage;
  readonly headers: IncomingMessage['headers'];
  readonly routeOptions: { readonly url?: string | undefined };
  readonly is404: boolean;
}

/**
 * Decides before a body is read whether it is read: its route exists, its caller is let in, its encoding is known, and there is
 * room for it. Nest's own guards run after a body was read and parsed. The service's error filter answers a refusal.
 */
export function guardBodies(app: NestFastifyApplication, limits: BodyLimits): void {
  const guardsOf = guardsByRoute(app);
  const budget = new BodyBudget({
    maxBytes: limits.maxBodyBytesInFlight,
    maxBytesPerCaller: limits.maxBodyBytesPerCaller,
  });
  const admit = (request: Incoming, reply: object) => {
    const { url } = request.routeOptions;
    if (url === undefined || request.is404) throw new SluiceError('not-found', 'There is nothing here');
    for (const guard of guardsOf(url)) void guard.canActivate(new ExecutionContextHost([request, reply]));
    refuseEncoded(request.headers);
    const bytes = Number(request.headers['content-length'] ?? 1);
    if (bytes > limits.maxBodyBytes)
      throw new SluiceError('request-too-large', 'The request body is too large');
    const refusal = budget.refusalOf(payerOf(request), bytes);
    if (refusal !== undefined) throw refusal;
  };
  const server = app.getHttpServer();
  // A client that waits for a 100 gets it from the hook below, once it is let in.
  server.on('checkContinue', (request, response) => server.emit('request', request, response));
  const instance = app.getHttpAdapter().getInstance();
  instance.addHook('onRequest', (request, reply, done) => {
    const isRead = hasBody(request.headers) && !ignoresBody(request);
    done(isRead ? errorOf(() => admit(request, reply)) : undefined);
  });
  instance.addHook('preParsing', (request, reply, payload, done) => {
    const { raw: response }: { readonly raw: ServerResponse } = reply;
    if (hasBody(request.headers)) {
      if (request.headers.expect !== undefined) response.writeContinue();
      countBody({ request: request.raw, response, caller: payerOf(request) }, budget);
    }
    done(null, payload);
  });
}

/** The guards that stand before a route's handler, too: they decide twice. All of them decide at once, or throw. */
function guardsByRoute(app: NestFastifyApplication): (url: string) => readonly CanActivate[] {
  const admin = [app.get(AdminGuard)];
  const streams = [app.get(StreamAccessGuard)];
  const others = [app.get(ApiKeyGuard), app.get(CrossSiteGuard)];
  return (url) => {
    if (url.startsWith('/admin/')) return admin;
    return /^\/v1\/streams(?:\/|$)/.test(url) ? streams : others;
  };
}

/** Whose share a body counts for: its caller's, or that of the address which asks without a key. */
function payerOf(request: Incoming): string {
  return hasCaller(request) ? callerOf(request).name : `address ${request.raw.socket.remoteAddress ?? ''}`;
}

function errorOf(admit: () => void): SluiceError | undefined {
  try {
    admit();
    return undefined;
  } catch (error) {
    return SluiceError.from(error);
  }
}
