import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { ChatRequest } from '../core/chat-request.js';
import type { Said } from '../core/continuation.js';
import type { CallerDialect } from '../core/dialect.js';
import { Stop } from '../core/stop-signal.js';
import type { LoggedDialect, Orphan, Succession } from '../streams/stream-log.js';
import { Routes } from '../upstream/routes.js';
import { ActiveStreams } from './active-streams.js';
import { RecordedStreams } from './recorded-streams.js';
import { RelayService } from './relay.service.js';
import { wayOn } from './way-on.js';
import { readWill, type Will } from './will.js';

/** The wire formats of streams that are kept. */
export type CallerDialects = Readonly<Record<LoggedDialect, CallerDialect>>;

/** DI token of the CallerDialects. */
export const CALLER_DIALECTS = Symbol('CALLER_DIALECTS');

/** Goes on with streams of other replicas whose producer died. */
@Injectable()
export class TakeOvers implements OnModuleInit {
  constructor(
    @Inject(RelayService) private readonly relay: RelayService,
    @Inject(RecordedStreams) private readonly recorded: RecordedStreams,
    @Inject(Routes) private readonly routes: Routes,
    @Inject(ActiveStreams) private readonly active: ActiveStreams,
    @Inject(CALLER_DIALECTS) private readonly dialects: CallerDialects,
  ) {}

  onModuleInit(): void {
    this.recorded.onOrphan((orphan) => this.#take(orphan));
  }

  /** Resolves as soon as it is known whose stream it is. */
  async #take(orphan: Orphan): Promise<boolean> {
    // One that ends itself leaves it to the others, and its readers too.
    if (this.active.draining) return true;
    const will = readWill(orphan.will);
    const said = this.dialects[orphan.card.dialect].readSaid(orphan.bytes);
    if (will === undefined || !this.#mayContinue(will.request, said)) return false;
    const succession = await orphan.claim();
    if (succession !== undefined) this.#goOn(orphan, will, said, succession).catch(() => succession.giveUp());
    return true;
  }

  /** As after a cut: the same things forbid it. */
  #mayContinue(request: ChatRequest, said: Said): boolean {
    if (!said.isPlainText || said.text === '' || !this.routes.letsContinue(request.model)) return false;
    const way = wayOn(this.routes.find(request.model), request, said);
    return way?.route.targets[0]?.dialect.continuation?.mayContinue(request) === true;
  }

  async #goOn(
    { card, frames, epoch }: Orphan,
    { request, caller, graceSeconds, detached }: Will,
    said: Said,
    succession: Succession,
  ): Promise<void> {
    const control = new Stop();
    const stream = await this.relay.open(request, {
      format: this.dialects[card.dialect].format,
      caller,
      signal: control,
      endsForOthers: true,
      rest: { id: card.id, said, numbers: { next: frames, epoch } },
    });
    this.recorded.record(stream, {
      card,
      graceSeconds,
      detached,
      will: undefined,
      succession,
      stop: (reason) => control.abort(reason),
    });
  }
}
