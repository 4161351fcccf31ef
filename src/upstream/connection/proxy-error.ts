/** A proxy that leads nowhere: no byte of a request has reached the upstream. The message is a code, or what it answered. */
export class ProxyError extends Error {}
