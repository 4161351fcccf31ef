/** Thrown when a client reconnects that has the whole stream: 204, after which it does not reconnect. */
export class NothingToResume extends Error {
  override readonly name = 'StreamOver';
}
