/** How much of a provider's words stands in the message of an error, in characters. */
export const MAX_MESSAGE_LENGTH = 2_000;
