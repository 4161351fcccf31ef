/** The floor: what Node itself costs. Passes requests and answers on and looks at nothing. */
import * as http from 'node:http';
import * as https from 'node:https';

const upstream = new URL(process.env['OPENAI_BASE_URL'] ?? '');
const { Agent, request } = upstream.protocol === 'https:' ? https : http;
const agent = new Agent({ keepAlive: true });

const server = http.createServer((incoming, response) => {
  const { method, headers, url } = incoming;
  const outgoing = request(
    { agent, host: upstream.hostname, port: upstream.port, path: url, method, headers },
    (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    },
  );
  outgoing.on('error', () => response.destroy());
  response.on('close', () => outgoing.destroy());
  incoming.pipe(outgoing);
});

server.listen(Number(process.env['PORT']), '127.0.0.1', 8192);
process.once('SIGTERM', () => process.exit());
