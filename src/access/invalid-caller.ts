/**
 * A caller that cannot be one. `status`, `statusCode` and `expose` are what http-errors has: the caller gets 403 and the message, which
 * does not repeat the name.
 */
export class InvalidCaller extends TypeError {
  override readonly name = 'InvalidCaller';
  readonly status = 403;
  readonly statusCode = 403;
  readonly expose = true;
}
