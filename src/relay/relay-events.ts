import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Subject, type Observable } from 'rxjs';
import { RelayEventSource, type RelayEvent } from '../core/relay-event.js';
import { UpstreamRegistry } from '../routing/upstream-registry.js';

/** The events of the relay: metrics, logs and hosts subscribe here, and the relay knows none of them. */
@Injectable()
export class RelayEvents extends RelayEventSource implements OnApplicationShutdown {
  readonly #events = new Subject<RelayEvent>();

  override readonly all: Observable<RelayEvent> = this.#events.asObservable();

  constructor(@Inject(UpstreamRegistry) upstreams: UpstreamRegistry) {
    super();
    upstreams.events.subscribe((news) => this.emit(news));
  }

  emit(event: RelayEvent): void {
    this.#events.next(event);
  }

  onApplicationShutdown(): void {
    this.#events.complete();
  }
}
