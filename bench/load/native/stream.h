#ifndef STREAM_H
#define STREAM_H

#include <stdint.h>

#include "answer.h"

/* What the upstream answers with until it is told otherwise. */
struct upstream_plan {
  unsigned events;
  double interval_micros; /* mean time between the events of a stream; 0: no delay */
  struct event_form form;
  struct answer answer;
};

/* What the upstream has seen since its last plan. */
struct upstream_log {
  uint64_t bytes; /* that were taken from it */
  unsigned left_count, left_room;
  uint32_t *left_streams; /* whose reader went away in the middle */
  uint64_t *left_at;
};

extern struct upstream_plan plan;
extern struct upstream_log seen;

/* Serves a connection until it ends: one answer for each request. */
void stream_accept(int fd);

#endif
