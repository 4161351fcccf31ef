#ifndef COMMAND_H
#define COMMAND_H

#include <stddef.h>

/*
 * What the parent says: one line each on standard input, `name key=value key=value`. The process ends with its
 * standard input. What it is told is one line of JSON each on standard output.
 */
struct command;

void commands_start(void (*on_command)(const struct command *command));
const char *command_name(const struct command *command);
/* A number, or what is given where the key is absent. */
double command_number(const struct command *command, const char *key, double otherwise);
/* Bytes that were given as hexadecimal digits, to be freed; NULL if absent. */
char *command_bytes(const struct command *command, const char *key, size_t *length);

/* Prints a line, as printf, and sends it off. */
void tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
