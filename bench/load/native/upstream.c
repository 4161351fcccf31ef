/*
 * The model: answers every request with a stream of numbered events. It takes plans as commands and says `ready`
 * to each; `taken` and `left` ask what it has seen since.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "command.h"
#include "loop.h"
#include "stream.h"

#define BACKLOG 8192

static void on_connection(struct watch *watch, uint32_t events) {
  (void)events;
  int on = 1;
  for (;;) {
    int fd = accept4(watch->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd < 0) return;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    stream_accept(fd);
  }
}

static void take_plan(const struct command *command) {
  plan.events = (unsigned)command_number(command, "events", 1);
  plan.interval_micros = command_number(command, "intervalMs", 0) * 1000;
  events_form(&plan.form, (size_t)command_number(command, "textBytes", 0));
  plan.answer.repeats = (unsigned)command_number(command, "repeats", 1);
  if (plan.interval_micros == 0) {
    answer_make(&plan.answer, &plan.form, plan.events, (unsigned)command_number(command, "eventsPerWrite", 1));
  }
  seen.bytes = 0;
  seen.left_count = 0;
  tell("{\"type\":\"ready\"}");
}

static void tell_left(void) {
  printf("{\"type\":\"left\",\"left\":[");
  for (unsigned at = 0; at < seen.left_count; at += 1) {
    printf("%s[%u,%llu]", at == 0 ? "" : ",", seen.left_streams[at], (unsigned long long)seen.left_at[at]);
  }
  tell("]}");
}

static void on_command(const struct command *command) {
  const char *name = command_name(command);
  if (strcmp(name, "plan") == 0) take_plan(command);
  else if (strcmp(name, "taken") == 0) tell("{\"type\":\"taken\",\"bytes\":%llu}", (unsigned long long)seen.bytes);
  else if (strcmp(name, "left") == 0) tell_left();
}

int main(void) {
  const char *port = getenv("PORT");
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  static struct watch listener = {.ready = on_connection};
  int on = 1;
  address.sin_port = htons((uint16_t)atoi(port == NULL ? "0" : port));
  loop_start();
  listener.fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  setsockopt(listener.fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listener.fd, (struct sockaddr *)&address, sizeof address) < 0) die("The port is taken");
  if (listen(listener.fd, BACKLOG) < 0) die("Does not listen");
  loop_watch(&listener, EPOLLIN);
  commands_start(on_command);
  loop_run();
}
