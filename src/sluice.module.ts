import { Module } from '@nestjs/common';
import { Registry } from 'prom-client';
import { CallerResolver, OptionCallerResolver } from './access/caller-resolver.js';
import { ApiKeyGuard } from './access/api-key.guard.js';
import { CrossSiteGuard } from './access/cross-site.guard.js';
import { StreamAccessGuard } from './access/stream-access.guard.js';
import { Tickets } from './access/tickets.js';
import { CurrentSettings } from './config/current-settings.js';
import { LiveSettings } from './config/live-settings.js';
import { RelayEventSource } from './core/relay-event.js';
import { SettingsSource, SLUICE_SETTINGS, type SluiceSettings } from './core/settings.js';
import { DialectRegistry } from './core/dialect/dialect-registry.js';
import { CompletionWriter } from './http/openai/completion-writer.js';
import { WholeCompletions } from './http/openai/whole-completions.js';
import { StreamResumption } from './http/request/stream-resumption.js';
import { StreamOpener } from './http/request/stream-opener.js';
import { AbsentBodies } from './http/bodies/absent-bodies.js';
import { DetachedStreams } from './http/streams/detached-streams.js';
import { FrameWriter } from './http/sse/frame-writer.js';
import { NativeStreams } from './http/native/native-streams.js';
import { StreamResults } from './http/streams/stream-results.js';
import { RequestAdmission } from './relay/request-admission.js';
import { ActiveStreams } from './routing/limits/active-streams.js';
import { CompletionCache } from './resumable/idempotency/completion-cache.js';
import { DeduplicatedCompletions } from './resumable/idempotency/deduplicated-completions.js';
import { StreamDirectory } from './resumable/idempotency/stream-directory.js';
import { DeduplicatedStreams } from './resumable/idempotency/deduplicated-streams.js';
import { ResumableStreams } from './resumable/resumable-streams.js';
import { RelayEvents } from './relay/relay-events.js';
import { RelayService } from './relay/relay.service.js';
import { UpstreamReport } from './relay/upstream-report.js';
import { StreamTakeover } from './resumable/takeover/takeover.js';
import { createStreamLog } from './stream-log/create-stream-log.js';
import { StreamLog } from './stream-log/stream-log.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './sluice.module-definition.js';
import { METRICS_REGISTRY, Metrics } from './telemetry/metrics.js';
import { TelemetryService } from './telemetry/telemetry.service.js';
import { ConnectionPools } from './upstream/connection/connection-pools.js';
import { Routes } from './routing/routes.js';
import { UpstreamClient } from './upstream/upstream-client.js';
import { UpstreamRegistry } from './routing/upstream-registry.js';

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
    {
      provide: DialectRegistry,
      inject: [CurrentSettings],
      useFactory: ({ dialects }: CurrentSettings) => dialects,
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
    WholeCompletions,
    StreamResumption,
    AbsentBodies,
    { provide: CallerResolver, useClass: OptionCallerResolver },
    ApiKeyGuard,
    CrossSiteGuard,
    StreamAccessGuard,
    Tickets,
    {
      provide: StreamLog,
      inject: [SLUICE_SETTINGS, DialectRegistry],
      useFactory: (settings: SluiceSettings, dialects: DialectRegistry) =>
        createStreamLog(settings, (...failed) => dialects.encodeTerminalError(...failed)),
    },
    ResumableStreams,
    StreamTakeover,
    StreamDirectory,
    DeduplicatedStreams,
    CompletionCache,
    DeduplicatedCompletions,
    StreamOpener,
    NativeStreams,
    DetachedStreams,
    StreamResults,
    { provide: METRICS_REGISTRY, useFactory: () => new Registry() },
    Metrics,
    TelemetryService,
  ],
  exports: [
    RelayService,
    ResumableStreams,
    RelayEventSource,
    ActiveStreams,
    Metrics,
    LiveSettings,
    UpstreamReport,
  ],
})
export class SluiceModule extends ConfigurableModuleClass {}
