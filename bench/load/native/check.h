#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdint.h>

#include "marker.h"

/* Finds the markers of one stream in its text and counts what is lost, doubled or out of order. */
struct check {
  unsigned events;   /* that are expected */
  unsigned next;     /* after the highest number so far */
  unsigned distinct; /* numbers that came */
  unsigned doubled, reordered;
  uint8_t *came; /* a bit for each number */
  char carry[MARKER_LENGTH];
  size_t carried;
};

/* Begins a stream. */
void check_begin(struct check *check, unsigned events);
void check_free(struct check *check);
/* Calls back for each event. What `on_event` returns below 0 ends the search. */
void check_feed(struct check *check, const char *bytes, size_t length,
                int (*on_event)(struct check *check, const struct marker *marker));
/* Numbers that were passed over and have not come yet. */
unsigned check_missing(const struct check *check);

#endif
