import { Module } from '@nestjs/common';
import { ApiKeyGuard } from './access/api-key.guard.js';
import { LiveSettings } from './config/live-settings.js';
import { RelayEventSource } from './core/relay-event.js';
import { SettingsSource, SLUICE_SETTINGS } from './core/settings.js';
import { FrameWriter } from './http/frame-writer.js';
import { NativeStreams } from './http/native-streams.js';
import { Admissions } from './relay/admissions.js';
import { ActiveStreams } from './relay/active-streams.js';
import { RelayEvents } from './relay/relay-events.js';
import { RelayService } from './relay/relay.service.js';
import { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } from './sluice.module-definition.js';
import { Metrics } from './telemetry/metrics.js';
import { TelemetryService } from './telemetry/telemetry.service.js';
import { Routes } from './upstream/routes.js';
import { UpstreamClient } from './upstream/upstream-client.js';
import { Upstreams } from './upstream/upstreams.js';

/**
 * Sluice in a Nest application: `SluiceModule.forRoot(options)` or `forRootAsync`.
 * @publicApi
 */
@Module({
  providers: [
    {
      provide: LiveSettings,
      inject: [MODULE_OPTIONS_TOKEN],
      useFactory: (options: unknown) => new LiveSettings(options),
    },
    { provide: SLUICE_SETTINGS, useExisting: LiveSettings },
    { provide: SettingsSource, useExisting: LiveSettings },
    Routes,
    Upstreams,
    UpstreamClient,
    Admissions,
    ActiveStreams,
    RelayEvents,
    { provide: RelayEventSource, useExisting: RelayEvents },
    RelayService,
    FrameWriter,
    ApiKeyGuard,
    NativeStreams,
    Metrics,
    TelemetryService,
  ],
  exports: [RelayService, RelayEventSource, ActiveStreams, Metrics, SLUICE_SETTINGS, LiveSettings, Upstreams],
})
export class SluiceModule extends ConfigurableModuleClass {}
