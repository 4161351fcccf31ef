import { hash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { SLUICE_SETTINGS, type CallerSettings, type SluiceSettings } from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { setCaller } from './caller-of.js';
import { presentedKey } from './presented-key.js';

/** Lets known keys in, and callers without one where that is allowed. Throws `unauthorized` otherwise. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(@Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings) {}

  canActivate(context: ExecutionContext): boolean {
    const { callers, anonymous } = this.settings;
    if (callers.length === 0 && anonymous) return true;
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    const key = presentedKey(request.headers);
    const caller = key === undefined ? undefined : this.#find(key);
    if (caller !== undefined) setCaller(request, caller);
    else if (key !== undefined || !anonymous) {
      throw new SluiceError('unauthorized', 'Send a valid key: Authorization: Bearer …, or x-api-key');
    }
    return true;
  }

  /** Compares with every caller, so that the time taken tells nothing of the key. */
  #find(key: string): CallerSettings | undefined {
    const keyHash = hash('sha256', key, 'buffer');
    let found: CallerSettings | undefined;
    for (const caller of this.settings.callers) {
      if (timingSafeEqual(caller.keyHash, keyHash)) found = caller;
    }
    return found;
  }
}
