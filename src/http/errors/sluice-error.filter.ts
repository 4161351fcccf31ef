import { Catch } from '@nestjs/common';
import { SluiceError } from '../../core/sluice-error.js';
import { encodeErrorBody } from '../../dialects/native/encode-error.js';
import { ErrorFilter } from './error-filter.js';

/**
 * For a host's own controllers that use the RelayService: answers a SluiceError with its status, the native error body,
 * `Retry-After` where a wait is known and `x-should-retry`. Bound with `@UseFilters(SluiceErrorFilter)` or as an `APP_FILTER`.
 */
@Catch(SluiceError)
export class SluiceErrorFilter extends ErrorFilter {
  constructor() {
    super(() => encodeErrorBody);
  }
}
