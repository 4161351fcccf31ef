import { applyDecorators } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiQuery } from '@nestjs/swagger';
import { DEFAULT_LIST_LIMIT, MAX_LIST_LIMIT } from '../streams/list-range.js';
import { DocumentErrors } from './errors.docs.js';

const STREAM = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    route: { type: 'string' },
    dialect: { type: 'string', enum: ['native', 'openai-chat'] },
    state: { type: 'string', enum: ['running', 'over'] },
    frames: { type: 'integer' },
    startedAt: { type: 'string', format: 'date-time' },
  },
};

/** `GET /v1/streams` in the OpenAPI document. */
export function DocumentStreamList(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary: 'List the caller’s streams, the newest first' }),
    ApiQuery({
      name: 'limit',
      required: false,
      schema: { type: 'integer', minimum: 1, maximum: MAX_LIST_LIMIT, default: DEFAULT_LIST_LIMIT },
    }),
    ApiQuery({
      name: 'after',
      required: false,
      schema: { type: 'string' },
      description: 'The `next` of the page before',
    }),
    ApiOkResponse({
      description: 'A page. `next` is the `after` of the following one, and is absent at the end',
      schema: {
        type: 'object',
        properties: { data: { type: 'array', items: STREAM }, next: { type: 'string' } },
        required: ['data'],
      },
    }),
    DocumentErrors({
      code: 'invalid-request',
      message: `limit is a whole number from 1 to ${MAX_LIST_LIMIT}`,
      retryable: false,
    }),
  );
}
