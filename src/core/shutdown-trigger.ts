/** How a request for a shutdown reaches whoever runs the service. */
export abstract class ShutdownTrigger {
  /** Begins a shutdown, once; the service then ends by itself. Asking again changes nothing. */
  abstract request(): void;
}
