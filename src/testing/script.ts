import type { Step } from './step.js';

/** What an upstream does with one request. */
export interface Script {
  /** Undefined: the connection is accepted and no response ever comes. */
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string>>;
  steps(request: ScriptedRequest): readonly Step[];
}

/** What a script may look at. */
export interface ScriptedRequest {
  readonly streaming: boolean;
  readonly includeUsage: boolean;
  readonly model: string;
  /** The text of the last user message. */
  readonly question: string;
}
