import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { ChatRequest } from '../../core/chat-request.js';
import type { PartialText } from '../../core/dialect/continuation.js';
import { DialectRegistry } from '../../core/dialect/dialect-registry.js';
import { formatOf } from '../../core/dialect/format-of.js';
import type { StreamFormat } from '../../core/dialect/stream-format.js';
import type { FrameBytes } from '../../core/frame-bytes.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import type { OrphanedStream, TakeoverClaim } from '../../stream-log/stream-log.js';
import { Routes } from '../../routing/routes.js';
import { ActiveStreams } from '../../routing/limits/active-streams.js';
import { ResumableStreams } from '../resumable-streams.js';
import { RelayService } from '../../relay/relay.service.js';
import { planContinuation } from '../../relay/continuation/continuation-plan.js';
import { parseTakeoverRequest, type TakeoverRequest } from './takeover-request.js';

/** A takeover that no other replica makes. */
interface ClaimedTakeover extends TakeoverRequest {
  readonly said: PartialText;
  readonly takeover: TakeoverClaim;
}

/** Goes on with streams of other replicas whose producer died. */
@Injectable()
export class StreamTakeover implements OnModuleInit {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(ResumableStreams) private readonly recorded: ResumableStreams,
    @Inject(Routes) private readonly routes: Routes,
    @Inject(ActiveStreams) private readonly active: ActiveStreams,
    @Inject(DialectRegistry) private readonly dialects: DialectRegistry,
  ) {}

  onModuleInit(): void {
    this.recorded.onOrphan((orphan) => this.#take(orphan));
  }

  /** Resolves as soon as it is known whose stream it is. */
  async #take(orphan: OrphanedStream): Promise<boolean> {
    // A process that shuts down leaves the takeover to other replicas.
    if (this.active.draining) return true;
    const takeoverRequest = parseTakeoverRequest(orphan.takeoverRequest);
    const dialect = this.dialects.retained(orphan.metadata.dialect);
    const partial = dialect?.retained.readText(orphan.bytes);
    if (takeoverRequest === undefined || dialect === undefined || partial === undefined) return false;
    if (!this.#mayContinue(takeoverRequest.request, partial)) return false;
    const takeover = await orphan.claim();
    if (takeover !== undefined)
      this.#continue(orphan, formatOf(dialect), { ...takeoverRequest, said: partial, takeover }).catch(() =>
        takeover.release(),
      );
    return true;
  }

  /** As after a cut: the same things forbid it. */
  #mayContinue(request: ChatRequest, partial: PartialText): boolean {
    if (!partial.isPlainText || partial.text === '' || !this.routes.letsContinue(request.model)) return false;
    const way = planContinuation(this.routes.find(request.model), request, partial);
    return way?.route.targets[0]?.dialect.continuation?.mayContinue(request) === true;
  }

  async #continue(
    { metadata, frames, epoch }: OrphanedStream,
    format: StreamFormat<FrameBytes>,
    { request, caller, graceSeconds, detached, said: partial, takeover }: ClaimedTakeover,
  ): Promise<void> {
    const control = new LightAbortController();
    const stream = await this.relay.open(request, {
      format,
      caller,
      signal: control,
      deliverEndAfterDisconnect: true,
      continuation: { id: metadata.id, partial, numbers: { next: frames, epoch } },
    });
    this.recorded.record(stream, {
      metadata,
      graceSeconds,
      detached,
      takeoverRequest: undefined,
      takeover,
      stop: (reason) => control.abort(reason),
    });
  }
}
