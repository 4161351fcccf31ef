#ifndef ANSWER_H
#define ANSWER_H

#include <stddef.h>

#include "events.h"

/*
 * One answer for all streams that are not paced, made before they are asked for. Its events may be offered many
 * times over, so that a stream of any length takes no memory; such a stream has no end of its own.
 */
struct answer {
  char *bytes;
  size_t length;
  size_t head_length;
  size_t events_length;
  size_t write_length; /* of one write; the first one has the head too */
  unsigned repeats;
};

void answer_make(struct answer *answer, const struct event_form *form, unsigned events, unsigned per_write);
/* Where the write that begins at an offset ends. */
size_t answer_boundary(const struct answer *answer, size_t offset);

#endif
