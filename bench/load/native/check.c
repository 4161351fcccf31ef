#include "check.h"

#include <stdlib.h>
#include <string.h>

void check_begin(struct check *check, unsigned events) {
  size_t bytes = events / 8 + 1;
  if (check->came == NULL || check->events != events) check->came = realloc(check->came, bytes);
  memset(check->came, 0, bytes);
  check->events = events;
  check->next = check->distinct = check->doubled = check->reordered = 0;
  check->carried = 0;
}

void check_free(struct check *check) {
  free(check->came);
  check->came = NULL;
}

unsigned check_missing(const struct check *check) { return check->next - check->distinct; }

static void count(struct check *check, uint32_t number) {
  uint8_t bit = (uint8_t)(1 << number % 8);
  if (number >= check->events || (check->came[number / 8] & bit)) {
    check->doubled += 1;
    return;
  }
  check->came[number / 8] |= bit;
  check->distinct += 1;
  if (number < check->next) check->reordered += 1;
  else check->next = number + 1;
}

/* The bytes of a marker that reads have cut apart; how many of the new ones belong to it. */
static size_t complete(struct check *check, const char *bytes, size_t length) {
  size_t missing = MARKER_LENGTH - check->carried;
  size_t taken = missing < length ? missing : length;
  memcpy(check->carry + check->carried, bytes, taken);
  check->carried += taken;
  return taken;
}

void check_feed(struct check *check, const char *bytes, size_t length,
                int (*on_event)(struct check *check, const struct marker *marker)) {
  struct marker marker;
  const char *end = bytes + length;
  if (check->carried > 0) {
    bytes += complete(check, bytes, length);
    if (check->carried < MARKER_LENGTH) return;
    check->carried = 0;
    marker_read(check->carry, &marker);
    count(check, marker.sequence);
    if (on_event(check, &marker) < 0) return;
  }
  while (bytes < end && (bytes = memchr(bytes, '~', (size_t)(end - bytes))) != NULL) {
    if (end - bytes < MARKER_LENGTH) {
      complete(check, bytes, (size_t)(end - bytes));
      return;
    }
    marker_read(bytes, &marker);
    count(check, marker.sequence);
    if (on_event(check, &marker) < 0) return;
    bytes += MARKER_LENGTH;
  }
}
