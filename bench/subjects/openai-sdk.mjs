/**
 * The official client behind node:http: each chunk that it parsed is printed as an event. A client that leaves
 * aborts the stream's controller, as the client's documentation shows.
 */
import { createServer } from 'node:http';
import OpenAI from 'openai';

const client = new OpenAI({
  baseURL: process.env['OPENAI_BASE_URL'] ?? '',
  apiKey: process.env['OPENAI_API_KEY'] ?? '',
});

const server = createServer((request, response) => {
  answer(request, response).catch((/** @type {unknown} */ error) => {
    console.error(error);
    response.destroy();
  });
});

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function answer(request, response) {
  const content = new URL(request.url ?? '', 'http://localhost').searchParams.get('content') ?? '';
  const stream = await client.chat.completions.create({
    model: 'bench',
    stream: true,
    messages: [{ role: 'user', content }],
  });
  response.on('close', () => stream.controller.abort());
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for await (const chunk of stream) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
}

server.listen(Number(process.env['PORT']), '127.0.0.1', 8192);
process.once('SIGTERM', () => process.exit());
