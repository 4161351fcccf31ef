import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { SluiceError } from '../core/sluice-error.js';
import { ApiKeyGuard } from './api-key.guard.js';
import { noteCaller } from './caller-of.js';
import { CrossSiteGuard } from './cross-site.guard.js';
import { Tickets } from './tickets.js';

interface StreamRequest {
  readonly query?: Readonly<Record<string, unknown>>;
  readonly params?: Readonly<Record<string, string>>;
}

/** Lets in who has a ticket for the stream that is asked for, and whoever the other guards let in. */
@Injectable()
export class StreamAccessGuard implements CanActivate {
  constructor(
    @Inject(Tickets) private readonly tickets: Tickets,
    @Inject(ApiKeyGuard) private readonly keys: ApiKeyGuard,
    @Inject(CrossSiteGuard) private readonly sites: CrossSiteGuard,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<StreamRequest>();
    const ticket = request.query?.['ticket'];
    if (typeof ticket !== 'string') return this.keys.canActivate(context) && this.sites.canActivate(context);
    const owner = this.tickets.ownerOf(ticket, request.params?.['id'] ?? '');
    if (owner === undefined)
      throw new SluiceError('unauthorized', 'The ticket is over, or not for this stream');
    noteCaller(request, { name: owner, tenant: owner });
    return true;
  }
}
