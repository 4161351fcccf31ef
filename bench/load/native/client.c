/*
 * The callers: sends the requests of a run to a gateway and checks every event that comes back. `go` begins a run,
 * which tells `open` (every connection has had its first event), `closing` (the first one has nothing more to ask)
 * and `done` with the counts; `end` ends one that would go on.
 */
#include <stdlib.h>
#include <string.h>

#include "command.h"
#include "connection.h"
#include "loop.h"
#include "run.h"

static void go(const struct command *command) {
  free(run.request);
  free(run.left_streams);
  free(run.left_at);
  struct samples latency = run.latency, ttft = run.ttft;
  latency.count = ttft.count = 0;
  run = (struct run){.latency = latency, .ttft = ttft};
  run.port = (uint16_t)command_number(command, "port", 0);
  run.requests = (unsigned)command_number(command, "requests", 1);
  run.concurrency = (unsigned)command_number(command, "concurrency", 1);
  run.events = (unsigned)command_number(command, "events", 1);
  run.leave_after = (unsigned)command_number(command, "leaveAfter", 0);
  run.stalls = command_number(command, "stalls", 0) > 0;
  run.hold_micros = (uint64_t)(command_number(command, "holdMs", 0) * 1000);
  run.request = command_bytes(command, "request", &run.request_length);
  run.left_streams = calloc(run.requests, sizeof *run.left_streams);
  run.left_at = calloc(run.requests, sizeof *run.left_at);
  connections_start((uint64_t)(command_number(command, "rampMs", 0) * 1000));
}

static void on_command(const struct command *command) {
  const char *name = command_name(command);
  if (strcmp(name, "go") == 0) go(command);
  else if (strcmp(name, "end") == 0) {
    connections_end();
    tell("{\"type\":\"ended\"}");
  }
}

int main(void) {
  loop_start();
  commands_start(on_command);
  loop_run();
}
