import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiHeader, ApiOperation, ApiQuery, ApiResponse } from '@nestjs/swagger';
import { streamBodySchema, streamQuerySchema } from '../../dialects/native/decode-request.js';
import { DocumentErrors } from './errors.docs.js';
import { NATIVE_FAILURE, NATIVE_FRAMES } from './frames.js';
import { schemaOf } from './schema-of.js';
import { DocumentShare } from './share.docs.js';

const EXAMPLES = {
  done: { summary: 'A whole answer', value: NATIVE_FRAMES },
  failed: { summary: 'The upstream broke off', value: NATIVE_FAILURE },
};

function DocumentStream(summary: string): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary }),
    ApiHeader({
      name: 'Last-Event-ID',
      required: false,
      description: 'The last id received. Never asks the model again',
    }),
    DocumentShare(),
    ApiResponse({
      status: 200,
      description: 'The answer as it is written. `Accept: text/plain` gives the text alone',
      content: {
        'text/event-stream': { schema: { type: 'string' }, examples: EXAMPLES },
        'text/plain': { schema: { type: 'string' }, example: 'Hello world' },
      },
    }),
    ApiResponse({ status: 204, description: 'The client has the whole stream: it need not come back' }),
    DocumentErrors({ code: 'missing-content', message: "Missing 'content' parameter", retryable: false }),
  );
}

/** `GET /stream` in the OpenAPI document. */
export function DocumentStreamGet(): MethodDecorator {
  const { properties, required } = schemaOf(streamQuerySchema);
  return applyDecorators(
    DocumentStream('Ask, and stream the answer'),
    ...Object.entries(properties).map(([name, schema]) =>
      ApiQuery({ name, required: required.includes(name), schema, type: String }),
    ),
  );
}

/** `POST /stream` in the OpenAPI document. */
export function DocumentStreamPost(): MethodDecorator {
  return applyDecorators(
    DocumentStream('Ask with a body, and stream the answer'),
    ApiBody({
      schema: schemaOf(streamBodySchema),
      examples: { question: { value: { content: 'Hello world' } } },
    }),
  );
}
