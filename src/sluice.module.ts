import { Module } from '@nestjs/common';
import { ApiKeyGuard } from './access/api-key.guard.js';
import { CrossSiteGuard } from './access/cross-site.guard.js';
import { StreamAccessGuard } from './access/stream-access.guard.js';
import { Tickets } from './access/tickets.js';
import { CurrentSettings } from './config/current-settings.js';
import { LiveSettings } from './config/live-settings.js';
import { RelayEventSource } from './core/relay-event.js';
import { SettingsSource, SLUICE_SETTINGS, type SluiceSettings } from './core/settings.js';
import { callerDialects } from './dialects/caller-dialects.js';
import { encodeTerminalError } from './dialects/last-frame.js';
import { CompletionWriter } from './http/answer-writer.js';
import { StreamOpener } from './http/asked-streams.js';
import { AbsentBodies } from './http/bodies/absent-bodies.js';
import { DetachedStreams } from './http/detached-streams.js';
import { FrameWriter } from './http/frame-writer.js';
import { NativeStreams } from './http/native-streams.js';
import { StreamResults } from './http/stream-results.js';
import { RequestAdmission } from './relay/admissions.js';
import { ActiveStreams } from './relay/active-streams.js';
import { CompletionCache } from './relay/kept-answers.js';
import { DeduplicatedCompletions } from './relay/once-answers.js';
import { StreamDirectory } from './relay/named-streams.js';
import { DeduplicatedStreams } from './relay/once-streams.js';
import { ResumableStreams } from './relay/recorded-streams.js';
import { RelayEvents } from './relay/relay-events.js';
import { RelayService } from './relay/relay.service.js';
import { UpstreamReport } from './relay/upstream-report.js';
import { CALLER_DIALECTS, StreamTakeover } from './relay/take-overs.js';
import { createStreamLog } from './streams/create-stream-log.js';
import { StreamLog } from './streams/stream-log.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './sluice.module-definition.js';
import { Metrics } from './telemetry/metrics.js';
import { TelemetryService } from './telemetry/telemetry.service.js';
import { ConnectionPools } from './upstream/connection-pools.js';
import { Routes } from './upstream/routes.js';
import { UpstreamClient } from './upstream/upstream-client.js';
import { UpstreamRegistry } from './upstream/upstreams.js';

/**
 * Sluice in a Nest application: `SluiceModule.forRoot(options)` or `forRootAsync`.
 * @publicApi
 */
@Module({
  providers: [
    {
      provide: CurrentSettings,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: unknown) => new CurrentSettings(options),
    },
    { provide: SLUICE_SETTINGS, useExisting: CurrentSettings },
    { provide: SettingsSource, useExisting: CurrentSettings },
    {
      provide: LiveSettings,
      inject: [CurrentSettings],
      useFactory: (current: CurrentSettings) => new LiveSettings(current),
    },
    Routes,
    UpstreamRegistry,
    UpstreamReport,
    ConnectionPools,
    UpstreamClient,
    RequestAdmission,
    ActiveStreams,
    RelayEvents,
    { provide: RelayEventSource, useExisting: RelayEvents },
    RelayService,
    FrameWriter,
    CompletionWriter,
    AbsentBodies,
    ApiKeyGuard,
    CrossSiteGuard,
    StreamAccessGuard,
    Tickets,
    {
      provide: StreamLog,
      inject: [SLUICE_SETTINGS],
      useFactory: (settings: SluiceSettings) => createStreamLog(settings, encodeTerminalError),
    },
    ResumableStreams,
    { provide: CALLER_DIALECTS, useValue: callerDialects },
    StreamTakeover,
    StreamDirectory,
    DeduplicatedStreams,
    CompletionCache,
    DeduplicatedCompletions,
    StreamOpener,
    NativeStreams,
    DetachedStreams,
    StreamResults,
    Metrics,
    TelemetryService,
  ],
  exports: [RelayService, RelayEventSource, ActiveStreams, Metrics, LiveSettings, UpstreamReport],
})
export class SluiceModule extends ConfigurableModuleClass {}
