/**
 * A request in no dialect's words: what every caller dialect can be read into, and every upstream dialect can write. The words
 * are those of the AI SDK's provider specification (`LanguageModelV3CallOptions`).
 */
export interface Prompt extends CallOptions {
  readonly messages: readonly PromptMessage[];
}

/** How an answer is to be made. Absent: the provider's default. */
export interface CallOptions {
  readonly maxOutputTokens?: number;
  /** @default that of the upstream's settings, where the request says `leavesTemperature` */
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly presencePenalty?: number;
  readonly frequencyPenalty?: number;
  readonly seed?: number;
  /** The model stops before it would write one of these. */
  readonly stopSequences?: readonly string[];
  /** How many answers. @default 1 */
  readonly choices?: number;
  /** @default text */
  readonly responseFormat?: ResponseFormat;
  /** What the model may call. */
  readonly tools?: readonly FunctionTool[];
  /** @default 'auto' where there are tools */
  readonly toolChoice?: ToolChoice;
  readonly providerOptions?: ProviderOptions;
}

/** What only one dialect knows, by the dialect's name, in its own words. Other dialects leave it out. */
export type ProviderOptions = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** What may carry words of one dialect alone, as a mark for its cache. */
export interface Extensible {
  readonly providerOptions?: ProviderOptions;
}

/** One message of a conversation. */
export type PromptMessage = SystemMessage | UserMessage | AssistantMessage | ToolMessage;

/** Instructions. */
export interface SystemMessage extends Extensible {
  readonly role: 'system';
  readonly content: string;
}

export interface UserMessage extends Extensible {
  readonly role: 'user';
  /** A text alone may stand as a string. */
  readonly content: string | readonly (TextContent | PromptFile)[];
}

/** What the model said before. */
export interface AssistantMessage extends Extensible {
  readonly role: 'assistant';
  readonly content: string | readonly (TextContent | PromptFile | ReasoningContent | ToolCall)[];
}

/** What the caller's tools gave. */
export interface ToolMessage extends Extensible {
  readonly role: 'tool';
  readonly content: readonly ToolResult[];
}

export interface TextContent extends Extensible {
  readonly type: 'text';
  readonly text: string;
}

/** An image, audio, a document: its bytes, its address, or the provider's name of it. */
export interface PromptFile extends Extensible {
  readonly type: 'file';
  /** An IANA media type; with `*` where it is not known exactly, as `image/*`. */
  readonly mediaType: string;
  /** The bytes in base64. */
  readonly data?: string;
  readonly url?: string;
  /** The id of a file that the provider has. */
  readonly fileId?: string;
  readonly filename?: string;
}

/** What the model thought. A provider's signature of it stands in `providerOptions`. */
export interface ReasoningContent extends Extensible {
  readonly type: 'reasoning';
  readonly text: string;
}

export interface ToolCall extends Extensible {
  readonly type: 'tool-call';
  readonly toolCallId: string;
  readonly toolName: string;
  /** The arguments, as JSON text: its numbers are as the model wrote them. */
  readonly input: string;
}

export interface ToolResult extends Extensible {
  readonly type: 'tool-result';
  readonly toolCallId: string;
  /** Undefined where the dialect does not say it; the call of that id does. */
  readonly toolName?: string;
  readonly output: string | readonly (TextContent | PromptFile)[];
  /** The tool failed. @default false */
  readonly isError?: boolean;
}

/** A function of the caller's. */
export interface FunctionTool extends Extensible {
  readonly type: 'function';
  readonly name: string;
  readonly description?: string;
  /** A JSON schema. */
  readonly inputSchema?: unknown;
  /** The model keeps exactly to the schema. */
  readonly strict?: boolean;
}

/** `tool`: this one must be called; `required`: one of them. */
export type ToolChoice =
  | { readonly type: 'auto' | 'none' | 'required' }
  | { readonly type: 'tool'; readonly toolName: string };

export type ResponseFormat =
  | { readonly type: 'text' }
  | {
      readonly type: 'json';
      /** A JSON schema. @default any JSON object */
      readonly schema?: unknown;
      readonly name?: string;
      readonly description?: string;
      readonly strict?: boolean;
    };
