import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { SLUICE_SETTINGS, type SluiceSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { hasCaller } from './caller-of.js';
import { isBrowser } from './is-browser.js';
import { isOwnHost, type AddressedRequest } from './is-own-host.js';
import { presentedKey } from './presented-key.js';

type Headers = AddressedRequest['headers'];

/**
 * Keeps other sites' pages from spending the money of whoever opened them: where no key is asked for, any page
 * could ask by a link, an image or a form. Source: Fetch Metadata Request Headers (W3C), RFC 6454 for `Origin`,
 * docs/decisions/0031.
 */
@Injectable()
export class CrossSiteGuard implements CanActivate {
  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<AddressedRequest>();
    const isKnown = hasCaller(request);
    // A cookie by which the application knows its users comes along with any page's request; a key does not.
    if (isKnown && presentedKey(request.headers) !== undefined) return true;
    if (!isKnown && !isOwnHost(request, this.settings.allowedHosts)) {
      throw new SluiceError(
        'forbidden',
        'Ask by a name of this service: allowedHosts has them, or send a key',
      );
    }
    if (this.#isWelcome(request.headers)) return true;
    throw new SluiceError('forbidden', 'Pages of other origins need a key, or their origin in corsOrigins');
  }

  #isWelcome(headers: Headers): boolean {
    const { origin, referer } = headers;
    if (origin !== undefined && this.#isConfigured(origin)) return true;
    const site = headers['sec-fetch-site'];
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    if (origin !== undefined) return hostOf(origin) === headers['host'];
    // Over plain http browsers say nothing of the page but this, and a page can keep them from it.
    if (!isBrowser(headers)) return true;
    return (
      referer !== undefined && (hostOf(referer) === headers['host'] || this.#isConfigured(originOf(referer)))
    );
  }

  #isConfigured(origin: string | undefined): boolean {
    return origin !== undefined && this.settings.corsOrigins.includes(origin);
  }
}

function hostOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).host : undefined;
}

function originOf(url: string): string | undefined {
  return URL.canParse(url) ? new URL(url).origin : undefined;
}
