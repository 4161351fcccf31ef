/**
 * The AI SDK behind node:http: `streamText`, and its own helper for a Node response, which prints the UI message
 * stream that `useChat` reads. A client that leaves aborts the call.
 */
import { createServer } from 'node:http';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

const bench = createOpenAICompatible({
  name: 'bench',
  baseURL: process.env['OPENAI_BASE_URL'] ?? '',
  apiKey: process.env['OPENAI_API_KEY'] ?? '',
});

const server = createServer((request, response) => {
  const prompt = new URL(request.url ?? '', 'http://localhost').searchParams.get('content') ?? '';
  const abort = new AbortController();
  response.on('close', () => abort.abort());
  const result = streamText({ model: bench('bench'), prompt, abortSignal: abort.signal });
  result.pipeUIMessageStreamToResponse(response).catch((error) => {
    console.error(error);
    response.destroy();
  });
});

server.listen(Number(process.env['PORT']), '127.0.0.1', 8192);
process.once('SIGTERM', () => process.exit());
