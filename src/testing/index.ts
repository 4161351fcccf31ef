export { ScriptedUpstream, type Scripting } from './scripted-upstream.js';
export { ReceivedRequest } from './received-request.js';
export { AnswerScript, streams } from './answer-script.js';
export { ignores, refuses, replays, resets } from './fault-scripts.js';
export type { Script, ScriptedRequest } from './script.js';
export type { ScriptedToolCall } from './openai-events.js';
export type { Step } from './step.js';
