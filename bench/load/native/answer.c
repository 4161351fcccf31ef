#include "answer.h"

#include <stdlib.h>
#include <string.h>

void answer_make(struct answer *answer, const struct event_form *form, unsigned events, unsigned per_write) {
  const char *tail = events_tail();
  answer->head_length = strlen(events_head);
  answer->events_length = form->length * events;
  answer->write_length = form->length * per_write;
  answer->length = answer->head_length + answer->events_length + strlen(tail);
  free(answer->bytes);
  answer->bytes = malloc(answer->length);
  char *at = answer->bytes;
  memcpy(at, events_head, answer->head_length);
  at += answer->head_length;
  for (unsigned sequence = 0; sequence < events; sequence += 1, at += form->length) {
    /* Without a time: when a byte of a flood was written says nothing. */
    events_mark(form, &(struct marker){.sequence = sequence});
    memcpy(at, form->bytes, form->length);
  }
  memcpy(at, tail, strlen(tail));
}

size_t answer_boundary(const struct answer *answer, size_t offset) {
  size_t events_end = answer->head_length + answer->events_length;
  if (offset >= events_end) return answer->length;
  size_t written = offset < answer->head_length ? 0 : (offset - answer->head_length) / answer->write_length;
  size_t end = answer->head_length + (written + 1) * answer->write_length;
  return end > events_end ? answer->length : end;
}
