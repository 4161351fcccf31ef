import { ApiHeader } from '@nestjs/swagger';

/** The header that requests a shared answer, in the OpenAPI document. */
export function DocumentShare(): MethodDecorator & ClassDecorator {
  return ApiHeader({
    name: 'x-sluice-share',
    required: false,
    schema: { type: 'string', enum: ['true', 'false'] },
    description: 'Whether identical requests of one tenant have one answer. By default as the route says',
  });
}
