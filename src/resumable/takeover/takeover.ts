import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { ChatRequest } from '../../core/chat-request.js';
import type { PartialText } from '../../core/dialect/continuation.js';
import type { CallerDialect } from '../../core/dialect/dialect.js';
import { LightAbortController } from '../../core/flow-control/abort-signal-like.js';
import type { LoggedDialect, OrphanedStream, TakeoverClaim } from '../../stream-log/stream-log.js';
import { Routes } from '../../routing/routes.js';
import { ActiveStreams } from '../../routing/limits/active-streams.js';
import { ResumableStreams } from '../resumable-streams.js';
import { RelayService } from '../../relay/relay.service.js';
import { planContinuation } from '../../relay/continuation/continuation-plan.js';
import { parseTakeoverRequest, type TakeoverRequest } from './takeover-request.js';

/** The wire formats of streams that are kept. */
export type CallerDialects = Readonly<Record<LoggedDialect, CallerDialect>>;

/** DI token of the CallerDialects. */
export const CALLER_DIALECTS = Symbol('CALLER_DIALECTS');

/** Goes on with streams of other replicas whose producer died. */
@Injectable()
export class StreamTakeover implements OnModuleInit {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(ResumableStreams) private readonly recorded: ResumableStreams,
    @Inject(Routes) private readonly routes: Routes,
    @Inject(ActiveStreams) private readonly active: ActiveStreams,
    @Inject(CALLER_DIALECTS) private readonly dialects: CallerDialects,
  ) {}

  onModuleInit(): void {
    this.recorded.onOrphan((orphan) => this.#take(orphan));
  }

  /** Resolves as soon as it is known whose stream it is. */
  async #take(orphan: OrphanedStream): Promise<boolean> {
    // One that ends itself leaves it to the others, and its readers too.
    if (this.active.draining) return true;
    const will = parseTakeoverRequest(orphan.takeoverRequest);
    const said = this.dialects[orphan.metadata.dialect].readText(orphan.bytes);
    if (will === undefined || !this.#mayContinue(will.request, said)) return false;
    const takeover = await orphan.claim();
    if (takeover !== undefined) this.#continue(orphan, will, said, takeover).catch(() => takeover.release());
    return true;
  }

  /** As after a cut: the same things forbid it. */
  #mayContinue(request: ChatRequest, said: PartialText): boolean {
    if (!said.isPlainText || said.text === '' || !this.routes.letsContinue(request.model)) return false;
    const way = planContinuation(this.routes.find(request.model), request, said);
    return way?.route.targets[0]?.dialect.continuation?.mayContinue(request) === true;
  }

  async #continue(
    { metadata, frames, epoch }: OrphanedStream,
    { request, caller, graceSeconds, detached }: TakeoverRequest,
    said: PartialText,
    takeover: TakeoverClaim,
  ): Promise<void> {
    const control = new LightAbortController();
    const stream = await this.relay.open(request, {
      format: this.dialects[metadata.dialect].format,
      caller,
      signal: control,
      deliverEndAfterDisconnect: true,
      continuation: { id: metadata.id, partial: said, numbers: { next: frames, epoch } },
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
