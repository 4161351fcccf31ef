import {
  Controller,
  HttpCode,
  Inject,
  Post,
  Req,
  Res,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { ApiKeyGuard } from '../access/api-key.guard.js';
import { CrossSiteGuard } from '../access/cross-site.guard.js';
import { callerOf } from '../access/caller-of.js';
import type { ChatRequest } from '../core/chat-request.js';
import { SluiceError } from '../core/sluice-error.js';
import { decodeRequest } from '../dialects/openai-chat/decode-request.js';
import { encodeErrorBody } from '../dialects/openai-chat/encode-error.js';
import { openaiChatFormat } from '../dialects/openai-chat/index.js';
import type { OpenOptions } from '../relay/relay-stream.js';
import { RelayService } from '../relay/relay.service.js';
import { ErrorFilter } from './error-filter.js';
import { Exchange, type AdapterReply, type AdapterRequest } from './exchange.js';
import { FrameWriter } from './frame-writer.js';
import { DocumentChatCompletions } from './openapi/chat-completions.docs.js';
import { eventStreamHead, servedHeaders } from './stream-head.js';

/** OpenAI's chat completions, streaming and not. Responses are written whole here, past a host's interceptors. */
@ApiTags('openai')
@Controller({ path: 'v1/chat/completions', version: VERSION_NEUTRAL })
@UseGuards(ApiKeyGuard, CrossSiteGuard)
@UseFilters(new ErrorFilter(() => encodeErrorBody))
export class ChatCompletionsController {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(FrameWriter) private readonly writer: FrameWriter,
  ) {}

  @Post()
  @HttpCode(200)
  @DocumentChatCompletions()
  async create(@Req() request: AdapterRequest, @Res() reply: AdapterReply): Promise<void> {
    const exchange = new Exchange(request, reply);
    refuseResume(exchange);
    const { request: question, streaming } = decodeRequest(request.body);
    const options = { caller: callerOf(request), signal: exchange.closing() };
    if (streaming) await this.#stream(exchange, question, options);
    else await this.#answer(exchange, question, options);
  }

  /** Resolves when the head is out. The stream goes on by itself: its relay ends it when its client leaves. */
  async #stream(exchange: Exchange, question: ChatRequest, options: OpenOptions): Promise<void> {
    const stream = await this.relay.open(question, { ...options, format: openaiChatFormat });
    const head = eventStreamHead(stream, exchange.isHttp11, stream.headers);
    this.writer.write(exchange, stream, head, 'us').subscribe({ complete: () => exchange.response.end() });
  }

  async #answer(exchange: Exchange, question: ChatRequest, options: OpenOptions): Promise<void> {
    const answer = await this.relay.complete(question, options);
    exchange.send(
      200,
      { ...answer.headers, ...servedHeaders(answer), 'content-type': answer.contentType },
      answer.body,
    );
  }
}

/** fetch-event-source POSTs again with the last id it saw: that must never be a second generation. */
function refuseResume(exchange: Exchange): void {
  if (exchange.header('last-event-id') === undefined) return;
  throw new SluiceError('stream-gone', 'The stream cannot be resumed; ask again without Last-Event-ID');
}
