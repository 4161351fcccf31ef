/** Thrown when a client comes back for a stream of which it has everything: 204, and it does not come again. */
export class NothingToResume extends Error {
  override readonly name = 'StreamOver';
}
