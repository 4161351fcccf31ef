#ifndef EVENTS_H
#define EVENTS_H

#include <stddef.h>
#include <stdint.h>

#include "marker.h"

/* An answer as OpenAI streams it: each event is an HTTP chunk of its own. The same as upstream-events.mjs. */
extern const char events_head[];
/* The last events of a good answer and the end of the body. */
const char *events_tail(void);

/* The content chunk of a plan: all are equally long. */
struct event_form {
  char *bytes;
  size_t length;
  size_t marker_at;
};

/* `text_bytes` is the length of the content, which is never shorter than its marker. */
void events_form(struct event_form *form, size_t text_bytes);
/* Puts a marker into the form's bytes. */
void events_mark(const struct event_form *form, const struct marker *marker);

#endif
