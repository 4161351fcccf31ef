#ifndef MARKER_H
#define MARKER_H

#include <stdint.h>

/*
 * What each event carries in its text: `~SSSSSSS@TTTTTTTTTTTTTTT~ IIIII`, the event's number in its stream, the
 * microsecond at which it was written (0 where that means nothing) and the stream's number. No character of it is
 * ever escaped in JSON, so it can be looked for in the bytes of any re-framing.
 */
#define MARKER_LENGTH 31
#define MARKER_STREAMS 100000

struct marker {
  uint32_t sequence;
  uint64_t micros;
  uint32_t stream;
};

void marker_print(char *to, const struct marker *marker);

/* Reads the marker whose first `~` is at `from`; all its characters must be there. */
void marker_read(const char *from, struct marker *marker);

#endif
