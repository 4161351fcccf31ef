export { SluiceModule } from './sluice.module.js';
export type {
  CallerOptions,
  CallerRequest,
  RouteOptions,
  SluiceModuleExtras,
  SluiceModuleOptions,
  UpstreamOptions,
} from './sluice.options.js';
export { CallerResolver } from './access/caller-resolver.js';
export { setCaller } from './access/set-caller.js';
export type { Position } from './resumable/reader-position.js';
export type { HoldRequest, RecordedOpenOptions } from './resumable/open-for-recording.js';
export type { StreamReader } from './resumable/stream-producer.js';
export {
  ResumableStreams,
  type FrameSource,
  type RecordingPlan,
  type ResumableOptions,
  type ResumableStream,
} from './resumable/resumable-streams.js';
export { RelayService } from './relay/relay.service.js';
export type {
  CompleteOptions,
  StreamContinuation,
  StreamOptions,
  OpenOptions,
  RelayCompletion,
  RelayStream,
} from './relay/relay-stream.js';
export { ActiveStreams, type StreamSlot } from './routing/limits/active-streams.js';
export type { PublicRoute } from './routing/routes.js';
export { METRICS_REGISTRY, Metrics } from './telemetry/metrics.js';
export { LiveSettings } from './config/live-settings.js';
export { toMessageEvents, type NativeMessageEvent } from './dialects/native/to-message-events.js';
export {
  RelayEventSource,
  type AttemptIdentity,
  type BreakerState,
  type CacheStatus,
  type KeyFailure,
  type RelayEvent,
  type StreamEnded,
  type StreamIdentity,
  type UpstreamEvents,
} from './core/relay-event.js';
export type { ErrorFilter } from './http/errors/error-filter.js';
export { SluiceErrorFilter } from './http/errors/sluice-error.filter.js';
export type { ListPlace } from './stream-log/list-place.js';
export type { AliasedEnd, StreamAlias } from './stream-log/stream-alias.js';
export {
  StreamLog,
  type ListRange,
  type OrphanedStream,
  type ProducerControl,
  type StreamAliasRegistry,
  type StreamControl,
  type StreamFrames,
  type StreamListing,
  type StreamMetadata,
  type StreamPage,
  type StreamStatus,
  type StreamTakeovers,
  type StreamWriter,
  type TakeoverClaim,
  type TakeoverHandler,
} from './stream-log/stream-log.js';
export {
  SluiceError,
  type SluiceErrorCode,
  type SluiceErrorDetails,
  type StreamReference,
} from './core/sluice-error.js';
export type { Caller, ChatRequest } from './core/chat-request.js';
export type {
  AssistantMessage,
  CallOptions,
  Extensible,
  FunctionTool,
  Prompt,
  PromptFile,
  PromptMessage,
  ProviderOptions,
  ReasoningContent,
  ResponseFormat,
  SystemMessage,
  TextContent,
  ToolCall,
  ToolChoice,
  ToolMessage,
  ToolResult,
  UserMessage,
} from './core/prompt.js';
export type {
  AudioContent,
  AudioDelta,
  BlockBoundary,
  FileContent,
  FilePart,
  FinishPart,
  FinishReason,
  ReasoningDelta,
  RefusalDelta,
  SourceContent,
  SourcePart,
  StreamPart,
  TextDelta,
  ToolCallDelta,
  ToolCallEnd,
} from './core/stream-part.js';
export type {
  AbortListener,
  AbortSignalLike,
  LightAbortController,
} from './core/flow-control/abort-signal-like.js';
export type { BackPressure, BackPressureListener } from './core/flow-control/back-pressure.js';
export type { AggregatedAnswer, AggregatedToolCall } from './core/aggregated-answer.js';
export type {
  CallerDialect,
  CompletionInfo,
  EncodeErrorBody,
  ErrorBody,
  GraceDefaults,
  ReaderPosition,
  RetainedDialect,
} from './core/dialect/caller-dialect.js';
export type {
  Continuation,
  ContinuedAnswer,
  PartialText,
  TextRecorder,
} from './core/dialect/continuation.js';
export type { Dialect } from './core/dialect/dialect.js';
export type { DialectName } from './core/dialect/dialect-name.js';
export type { EventBatch, UpstreamEvent } from './core/dialect/event-batch.js';
export type { FormatContext, FrameNumbers, StreamFormat } from './core/dialect/stream-format.js';
export type {
  DecodedEvent,
  EventDecoder,
  FastPathEvents,
  FinishInfo,
  PartEncoder,
  StreamEnvelope,
  TranscodeResult,
  Transcoder,
} from './core/dialect/transcoder.js';
export type {
  DecodedCompletion,
  DecodedError,
  Framing,
  RequestTarget,
  UpstreamDialect,
} from './core/dialect/upstream-dialect.js';
export type { FrameBytes } from './core/frame-bytes.js';
export type { Outcome } from './core/outcome.js';
export type { Usage } from './core/usage.js';
export type {
  AdmissionSettings,
  BreakerSettings,
  Limits,
  NamedCaller,
  RetryBudgetSettings,
  StreamLogSettings,
  Strategy,
  Timeouts,
  TlsSettings,
} from './core/settings.js';
