import { applyDecorators } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiResponse } from '@nestjs/swagger';
import { chatCompletionRequestSchema } from '../../dialects/openai-chat/decode-request.js';
import { DocumentErrors } from './errors.docs.js';
import { OPENAI_FAILURE, OPENAI_FRAMES } from './frames.js';
import { schemaOf } from './schema-of.js';
import { DocumentShare } from './share.docs.js';

const REQUEST = { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello world' }], stream: true };

/** `POST /v1/chat/completions` in the OpenAPI document. */
export function DocumentChatCompletions(): MethodDecorator {
  return applyDecorators(
    ApiOperation({ summary: 'OpenAI chat completions, streaming and not' }),
    DocumentShare(),
    ApiBody({ schema: schemaOf(chatCompletionRequestSchema), examples: { question: { value: REQUEST } } }),
    ApiResponse({
      status: 200,
      description: 'With `stream: true` the upstream’s events, else its JSON answer',
      content: {
        'text/event-stream': {
          schema: { type: 'string' },
          examples: {
            done: { summary: 'A whole answer', value: OPENAI_FRAMES },
            error: { summary: 'The upstream broke off', value: OPENAI_FAILURE },
          },
        },
        'application/json': { schema: { type: 'object' } },
      },
    }),
    DocumentErrors({
      error: {
        message: 'The request is not valid',
        type: 'invalid_request_error',
        code: 'invalid_request',
        param: null,
      },
    }),
  );
}
