import { hash, timingSafeEqual } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import {
  SLUICE_SETTINGS,
  type CallerSettings,
  type NamedCaller,
  type SluiceSettings,
} from '../core/settings.js';
import { SluiceError } from '../core/sluice-error.js';
import { CallerResolver, isReplaced } from './caller-resolver.js';
import { hasCaller, noteCaller } from './caller-of.js';
import { presentedKey } from './presented-key.js';
import { setCaller } from './set-caller.js';

interface KeyedRequest {
  readonly headers: Record<string, string | undefined>;
}

/**
 * Lets in whom the application knows, known keys, and callers without one where that is allowed. Throws `unauthorized`
 * otherwise.
 */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    @Inject(SLUICE_SETTINGS) private readonly settings: SluiceSettings,
    @Inject(CallerResolver) private readonly resolver: CallerResolver,
  ) {}

  /** Decides at once, unless the application's `caller` has to wait. */
  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    if (this.#isOpen) return true;
    const request = context.switchToHttp().getRequest<KeyedRequest>();
    if (hasCaller(request)) return true;
    const known = this.resolver.resolve(request);
    return isPromise(known)
      ? known.then((caller) => this.#admit(request, caller))
      : this.#admit(request, known);
  }

  /** `known` is whom the application names. */
  #admit(request: KeyedRequest, known: NamedCaller): boolean {
    if (known !== undefined && known !== null) {
      setCaller(request, known);
      return true;
    }
    const key = presentedKey(request.headers);
    const caller = key === undefined ? undefined : this.#find(key);
    if (caller !== undefined) noteCaller(request, caller);
    else if (key !== undefined || !this.#anonymous) {
      throw new SluiceError('unauthorized', 'Send a valid key: Authorization: Bearer …, or x-api-key');
    }
    return true;
  }

  /** Nobody is to be told from anybody else. */
  get #isOpen(): boolean {
    const { callers, caller } = this.settings;
    return callers.length === 0 && caller === undefined && this.#anonymous && !isReplaced(this.resolver);
  }

  get #anonymous(): boolean {
    const { anonymous, openByDefault } = this.settings;
    return anonymous && !(openByDefault && isReplaced(this.resolver));
  }

  /** Compares with every caller, so that the time taken reveals nothing of the key. */
  #find(key: string): CallerSettings | undefined {
    const keyHash = hash('sha256', key, 'buffer');
    let found: CallerSettings | undefined;
    for (const caller of this.settings.callers) {
      if (timingSafeEqual(caller.keyHash, keyHash)) found = caller;
    }
    return found;
  }
}

function isPromise<T>(value: T | Promise<T>): value is Promise<T> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
