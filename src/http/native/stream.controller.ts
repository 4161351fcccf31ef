import {
  Controller,
  Inject,
  Req,
  RequestMethod,
  Sse,
  UseFilters,
  UseGuards,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Observable } from 'rxjs';
import { ApiKeyGuard } from '../../access/api-key.guard.js';
import { CrossSiteGuard } from '../../access/cross-site.guard.js';
import { encodeErrorBody } from '../../dialects/native/encode-error.js';
import { encodeTextErrorBody } from '../../dialects/plain-text/index.js';
import { ErrorFilter } from '../errors/error-filter.js';
import { FrameWriter } from '../sse/frame-writer.js';
import { NativeStreamGuard } from './native-stream.guard.js';
import { NativeStreams } from './native-streams.js';
import { DocumentStreamGet, DocumentStreamPost } from '../openapi/stream.docs.js';
import { wantsPlainText } from './wants-plain-text.js';

/** The native dialect: `data: {"delta":"…"}` frames, then `done` or `failed`. */
@ApiTags('stream')
@Controller({ path: 'stream', version: VERSION_NEUTRAL })
@UseGuards(ApiKeyGuard, CrossSiteGuard, NativeStreamGuard)
@UseFilters(new ErrorFilter((exchange) => (wantsPlainText(exchange) ? encodeTextErrorBody : encodeErrorBody)))
export class StreamController {
  constructor(
    @Inject(NativeStreams) private readonly streams: NativeStreams,
    @Inject(FrameWriter) private readonly writer: FrameWriter,
  ) {}

  @Sse('', { method: RequestMethod.GET })
  @DocumentStreamGet()
  ask(@Req() request: object): Observable<never> {
    return this.#stream(request);
  }

  @Sse('', { method: RequestMethod.POST })
  @DocumentStreamPost()
  post(@Req() request: object): Observable<never> {
    return this.#stream(request);
  }

  /**
   * The guard has opened the stream, so that a refusal by the upstream was a status. Frames are written to the response as
   * bytes, past Nest's MessageEvents: the Observable carries the stream's life and no values.
   */
  #stream(request: object): Observable<never> {
    const { exchange, source, head } = this.streams.take(request);
    return this.writer.observe(exchange, source, head);
  }
}
