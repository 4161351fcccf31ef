#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

/* Microseconds of the monotonic clock, which all processes of a machine share; process.hrtime() is the same. */
uint64_t now_micros(void);

#endif
