#include "marker.h"

static void print_digits(char *to, uint64_t value, int digits) {
  for (int at = digits - 1; at >= 0; at -= 1, value /= 10) to[at] = (char)('0' + value % 10);
}

static uint64_t read_digits(const char *from, int digits) {
  uint64_t value = 0;
  for (int at = 0; at < digits; at += 1) value = value * 10 + (uint64_t)(from[at] - '0');
  return value;
}

void marker_print(char *to, const struct marker *marker) {
  to[0] = '~';
  print_digits(to + 1, marker->sequence, 7);
  to[8] = '@';
  print_digits(to + 9, marker->micros, 15);
  to[24] = '~';
  to[25] = ' ';
  print_digits(to + 26, marker->stream, 5);
}

void marker_read(const char *from, struct marker *marker) {
  marker->sequence = (uint32_t)read_digits(from + 1, 7);
  marker->micros = read_digits(from + 9, 15);
  marker->stream = (uint32_t)read_digits(from + 26, 5);
}
