import { Inject, Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { RelayEventSource } from '../core/relay-event.js';
import { Metrics } from './metrics.js';
import { streamLogLine } from './stream-log-line.js';
import { upstreamLogLine } from './upstream-log-line.js';

/** Turns the relay's events into metrics and log lines. The subscription ends with the relay's events. */
@Injectable()
export class TelemetryService implements OnModuleInit {
  readonly #logger = new Logger('Sluice');

  constructor(
    @Inject(RelayEventSource) private readonly source: RelayEventSource,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.source.all.subscribe((event) => {
      this.metrics.observe(event);
      if (event.type === 'ended') this.#logger.log(streamLogLine(event));
      const line = upstreamLogLine(event);
      if (line !== undefined) this.#logger.warn(line);
    });
  }
}
