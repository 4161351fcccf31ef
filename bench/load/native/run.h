#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>

#include "check.h"
#include "samples.h"

/* What the client is to do, and what it has counted. One run at a time. */
struct run {
  uint16_t port;
  unsigned requests, concurrency, events;
  unsigned leave_after; /* closes after so many events; 0: never */
  bool stalls; /* reads no more after the first event */
  uint64_t hold_micros; /* from all open to the end of the run, with all of them open; 0: until all are complete */
  char *request;
  size_t request_length;

  unsigned asked, over, opened;
  bool steady, closing, done;
  uint64_t seen_events, reads;
  uint64_t lost, doubled, reordered, failed;
  int failed_status; /* of the last one that failed */
  struct samples latency, ttft;
  unsigned left_count;
  uint32_t *left_streams;
  uint64_t *left_at;
};

extern struct run run;

/* An event came; `asked_at` if it is the first of its stream, or else 0. */
void run_event(const struct marker *marker, uint64_t asked_at);
/* A request is over; `good` with a 200 and an end. Its status is 0 if it got none. */
void run_over(const struct check *check, bool good, int status);
/* The client went away from a stream by itself. */
void run_left(uint32_t stream);
/* A connection has nothing to ask any more. */
void run_closing(void);

#endif
