import { applyDecorators } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';

const STATUSES: Readonly<Record<number, string>> = {
  400: 'The request is not valid',
  401: 'No valid key, or the upstream refused this service’s key',
  404: 'No such model',
  413: 'The request is too large',
  429: 'Limited here or upstream; see Retry-After',
  502: 'The upstream failed before its first token',
  503: 'No room, or shutting down; see Retry-After',
  504: 'The upstream was too slow',
};

/** The statuses before the first byte, each with a body of this example's shape. */
export function DocumentErrors(example: Record<string, unknown>): MethodDecorator {
  return applyDecorators(
    ...Object.entries(STATUSES).map(([status, description]) =>
      ApiResponse({
        status: Number(status),
        description,
        content: { 'application/json': { schema: { type: 'object' }, example } },
      }),
    ),
  );
}
