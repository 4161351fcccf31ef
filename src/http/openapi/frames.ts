/** Frames as they stand on the wire, for the documentation. */
export const NATIVE_FRAMES = `data: {"delta":"Hello"}
id: f2b91c047a6d4e0a9f3b2b6f5d1c8e11.0

data: {"delta":" world"}
id: f2b91c047a6d4e0a9f3b2b6f5d1c8e11.1

event: done
data: {"finishReason":"stop","usage":{"promptTokens":9,"completionTokens":2,"totalTokens":11},"model":"gpt-4o-mini"}
id: f2b91c047a6d4e0a9f3b2b6f5d1c8e11.2.end

`;

/** A stream that its upstream cut. */
export const NATIVE_FAILURE = `data: {"delta":"Hel"}
id: f2b91c047a6d4e0a9f3b2b6f5d1c8e11.0

event: failed
data: {"code":"upstream-cut","message":"The upstream 'openai' broke off before its answer was complete","retryable":true}
id: f2b91c047a6d4e0a9f3b2b6f5d1c8e11.1.end

`;

/** OpenAI's frames, as the upstream sent them. */
export const OPENAI_FRAMES = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"role":"assistant","content":"Hello"},"finish_reason":null}]}

data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}

data: [DONE]

`;

/** OpenAI's frames with an error after the first byte. */
export const OPENAI_FAILURE = `data: {"id":"chatcmpl-1","object":"chat.completion.chunk","created":1764000000,"model":"gpt-4o-mini","choices":[{"index":0,"delta":{"content":"Hel"},"finish_reason":null}]}

data: {"error":{"message":"The upstream 'openai' broke off before its answer was complete","type":"server_error","code":"upstream_cut","param":null}}

`;
