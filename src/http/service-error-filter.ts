import { encodeErrorBody as encodeNative } from '../dialects/native/encode-error.js';
import { encodeErrorBody as encodeOpenai } from '../dialects/openai-chat/encode-error.js';
import { ErrorFilter } from './error-filter.js';

/** For what fails before a controller is found: the path tells the dialect. */
export const serviceErrorFilter = new ErrorFilter(({ request }) =>
  /\/v1(?:\/|$)/.test(request.url.split('?')[0] ?? '') ? encodeOpenai : encodeNative,
);
