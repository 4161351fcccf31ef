import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { SluiceError } from '../core/sluice-error.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { noteCaller } from './caller-of.js';
import { CrossSiteGuard } from './cross-site.guard.js';
import { Tickets } from './tickets.js';

interface StreamRequest {
  readonly method: string;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, string>>;
}

/**
 * Lets in requests with a ticket for the requested stream, and those that the other guards let in. These alone decide who stops
 * it: a ticket stands in URLs, which others see.
 */
@Injectable()
export class StreamAccessGuard implements CanActivate {
  constructor(
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(ApiKeyGuard) private readonly keys: ApiKeyGuard,
    @Inject(CrossSiteGuard) private readonly sites: CrossSiteGuard,
  ) {}

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<StreamRequest>();
    const ticket = request.query?.['ticket'];
    if (typeof ticket !== 'string' || request.method === 'DELETE') return this.#withoutTicket(context);
    const owner = this.tickets.ownerOf(ticket, request.params?.['id'] ?? '');
    if (owner === undefined)
      throw new SluiceError('unauthorized', 'The ticket is over, or not for this stream');
    noteCaller(request, { name: owner, tenant: owner });
    return true;
  }

  #withoutTicket(context: ExecutionContext): boolean | Promise<boolean> {
    const isLetIn = this.keys.canActivate(context);
    if (typeof isLetIn === 'boolean') return isLetIn && this.sites.canActivate(context);
    return isLetIn.then((isIn) => isIn && this.sites.canActivate(context));
  }
}
