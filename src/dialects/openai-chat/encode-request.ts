import type { ChatRequest } from '../../core/chat-request.js';
import type { RequestTarget } from '../../core/dialect/upstream-dialect.js';
import { jsonMember } from '../json/json-members.js';
import { withMembers } from '../json/with-members.js';
import { bodyOf } from './prompt/body-of.js';

/**
 * The body for an upstream, as JSON. Of a caller whose bytes are known every member but those that must change is passed on
 * byte by byte, unknown ones included. The usage of a stream is requested, so that it is known, unless the upstream's
 * `streamUsage` is off: then its caller's own options are passed on.
 */
export function encodeRequest(request: ChatRequest, target: RequestTarget): string {
  const { model, streaming, streamUsage, defaultTemperature } = target;
  const text = textOf(request);
  return withMembers(text, {
    ...(request.leavesTemperature === true &&
      defaultTemperature !== undefined && { temperature: JSON.stringify(defaultTemperature) }),
    model: JSON.stringify(model),
    ...(streaming && { stream: 'true' }),
    ...(streaming && streamUsage && { stream_options: withUsage(memberOf(text, 'stream_options')) }),
  });
}

/** How many answers a request is for (`n`). */
export function choicesOf({ source, choices = 1 }: ChatRequest): number {
  const asked = source === undefined ? choices : source.body['n'];
  return typeof asked === 'number' ? asked : 1;
}

/** True if the caller of this dialect requested the usage of its stream. */
export function asksForUsage({ source }: ChatRequest): boolean {
  const options = source?.dialect === 'openai-chat' ? source.body['stream_options'] : undefined;
  return typeof options === 'object' && options !== null && Reflect.get(options, 'include_usage') === true;
}

function textOf(request: ChatRequest): string {
  return request.text?.json ?? JSON.stringify(bodyOf(request));
}

function memberOf(text: string, wanted: string): string | undefined {
  const member = jsonMember(text, wanted);
  return member && text.slice(member.valueFrom, member.valueTo);
}

function withUsage(options: string | undefined): string {
  return withMembers(options?.startsWith('{') === true ? options : '{}', { include_usage: 'true' });
}
