import { ErrorFilter } from '../../http/errors/error-filter.js';
import { errorBodyOfPath } from '../../http/errors/error-body-of-path.js';

/** For what fails before a controller is found: the path decides the dialect. */
export const serviceErrorFilter = new ErrorFilter(({ request }) => errorBodyOfPath(request.url));
