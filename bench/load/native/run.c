#include "run.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "clock.h"
#include "command.h"
#include "connection.h"
#include "loop.h"

struct run run;

static void tell_left(void) {
  printf(",\"left\":[");
  for (unsigned at = 0; at < run.left_count; at += 1) {
    printf("%s[%u,%llu]", at == 0 ? "" : ",", run.left_streams[at], (unsigned long long)run.left_at[at]);
  }
  printf("]");
}

static void tell_done(void) {
  run.done = true;
  printf("{\"type\":\"done\",\"counts\":{\"events\":%llu,\"requests\":%u,\"reads\":%llu",
         (unsigned long long)run.seen_events, run.over, (unsigned long long)run.reads);
  printf(",\"lost\":%llu,\"doubled\":%llu,\"reordered\":%llu,\"failed\":%llu", (unsigned long long)run.lost,
         (unsigned long long)run.doubled, (unsigned long long)run.reordered, (unsigned long long)run.failed);
  if (run.failed > 0) printf(",\"failedStatus\":%d", run.failed_status);
  samples_print(&run.latency, "latency");
  samples_print(&run.ttft, "ttft");
  printf("}");
  if (run.left_count > 0) tell_left();
  tell("}");
}

void run_closing(void) {
  if (run.closing) return;
  run.closing = true;
  tell("{\"type\":\"closing\",\"events\":%llu}", (unsigned long long)run.seen_events);
}

static void on_held(struct timer *timer) {
  (void)timer;
  run_closing();
  connections_count();
  tell_done();
}

static void open(void) {
  static struct timer hold = {.index = -1, .due = on_held};
  /*
   * What came while the herd was let in says nothing about the herd at rest. Where the first is complete before the
   * last has begun there is no such rest, and all is counted.
   */
  run.steady = !run.closing;
  if (run.steady) run.latency.count = 0;
  tell("{\"type\":\"open\",\"events\":%llu}", (unsigned long long)run.seen_events);
  if (run.hold_micros > 0) loop_at(&hold, now_micros() + run.hold_micros);
}

static void count_opened(void) {
  run.opened += 1;
  if (run.opened == run.concurrency) open();
}

void run_event(const struct marker *marker, uint64_t asked_at) {
  run.seen_events += 1;
  if (marker->micros == 0 && asked_at == 0) return;
  uint64_t now = now_micros();
  if (marker->micros != 0 && !(run.steady && run.closing)) samples_add(&run.latency, now - marker->micros);
  if (asked_at == 0) return;
  samples_add(&run.ttft, now - asked_at);
  count_opened();
}

static void count_over(void) {
  run.over += 1;
  if (run.over < run.requests || run.done) return;
  run_closing();
  tell_done();
}

void run_over(const struct check *check, bool good, int status) {
  run.lost += check_missing(check);
  /* Where no stream is to end, what did not come by then is no loss. */
  if (run.hold_micros == 0) run.lost += check->events - check->next;
  run.doubled += check->doubled;
  run.reordered += check->reordered;
  if (!good) {
    run.failed += 1;
    run.failed_status = status;
  }
  /* One that was refused is not waited for. */
  if (!good && run.hold_micros > 0) count_opened();
  count_over();
}

void run_left(uint32_t stream) {
  run.left_streams[run.left_count] = stream;
  run.left_at[run.left_count++] = now_micros();
  count_over();
}
