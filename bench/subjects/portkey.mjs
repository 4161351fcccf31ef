/**
 * Portkey's gateway as its package starts it, without its web page. It takes no address to listen on and would
 * take every interface; the bench keeps to the loopback one, so `listen` is given that.
 */
import { Server } from 'node:net';

const port = Number(process.env['PORT']);
/** @type {(...wanted: unknown[]) => Server} */
const listen = Reflect.get(Server.prototype, 'listen');

/**
 * @this {Server}
 * @param {unknown[]} wanted
 */
Server.prototype.listen = function onLoopback(...wanted) {
  const listening = wanted.findLast((argument) => typeof argument === 'function');
  return Reflect.apply(listen, this, [{ port, host: '127.0.0.1' }, listening]);
};

process.argv.push(`--port=${port}`, '--headless');
process.once('SIGTERM', () => process.exit());
await import('@portkey-ai/gateway/build/start-server.js');
