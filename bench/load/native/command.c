#define _GNU_SOURCE
#include "command.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "loop.h"

#define LINE_ROOM 65536
#define PAIRS 32

struct command {
  const char *name;
  const char *keys[PAIRS];
  const char *values[PAIRS];
  int count;
};

static char line[LINE_ROOM];
static size_t filled;
static void (*handler)(const struct command *command);

static void run(char *text) {
  struct command command = {.name = strsep(&text, " ")};
  while (text != NULL && command.count < PAIRS) {
    char *value = strsep(&text, " ");
    command.keys[command.count] = strsep(&value, "=");
    command.values[command.count++] = value == NULL ? "" : value;
  }
  handler(&command);
}

static void on_input(struct watch *watch, uint32_t events) {
  (void)events;
  ssize_t got = read(watch->fd, line + filled, LINE_ROOM - 1 - filled);
  if (got <= 0) exit(0);
  filled += (size_t)got;
  line[filled] = '\0';
  char *from = line;
  for (char *end = strchr(from, '\n'); end != NULL; end = strchr(from, '\n')) {
    *end = '\0';
    run(from);
    from = end + 1;
  }
  filled -= (size_t)(from - line);
  memmove(line, from, filled);
}

void commands_start(void (*on_command)(const struct command *command)) {
  static struct watch input = {.fd = STDIN_FILENO, .ready = on_input};
  handler = on_command;
  loop_watch(&input, EPOLLIN);
}

const char *command_name(const struct command *command) { return command->name; }

static const char *value_of(const struct command *command, const char *key) {
  for (int at = 0; at < command->count; at += 1) {
    if (strcmp(command->keys[at], key) == 0) return command->values[at];
  }
  return NULL;
}

double command_number(const struct command *command, const char *key, double otherwise) {
  const char *value = value_of(command, key);
  return value == NULL ? otherwise : strtod(value, NULL);
}

char *command_bytes(const struct command *command, const char *key, size_t *length) {
  const char *value = value_of(command, key);
  if (value == NULL) return NULL;
  *length = strlen(value) / 2;
  char *bytes = malloc(*length + 1);
  for (size_t at = 0; at < *length; at += 1) {
    unsigned byte = 0;
    sscanf(value + 2 * at, "%2x", &byte);
    bytes[at] = (char)byte;
  }
  return bytes;
}

void tell(const char *format, ...) {
  va_list values;
  va_start(values, format);
  vprintf(format, values);
  va_end(values);
  putchar('\n');
  fflush(stdout);
}
