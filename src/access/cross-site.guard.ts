import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { hasCaller } from './caller-of.js';
import { presentedKey } from './presented-key.js';

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Keeps other sites' pages from spending the money of whoever opened them: where no key is asked for, any page
 * could ask by a link, an image or a form. Source: Fetch Metadata Request Headers (W3C), RFC 6454 for `Origin`.
 */
@Injectable()
export class CrossSiteGuard implements CanActivate {
  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Headers }>();
    // A cookie by which the application knows its users comes along with any page's request; a key does not.
    if (hasCaller(request) && presentedKey(request.headers) !== undefined) return true;
    if (this.#isWelcome(request.headers)) return true;
    throw new SluiceError('forbidden', 'Pages of other origins need a key, or their origin in corsOrigins');
  }

  #isWelcome(headers: Headers): boolean {
    const { origin } = headers;
    if (origin !== undefined && this.settings.corsOrigins.includes(origin)) return true;
    const site = headers['sec-fetch-site'];
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    return origin === undefined || hostOf(origin) === headers['host'];
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}
