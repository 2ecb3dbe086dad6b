/* fail.c -- see fail.h. */
#include "fail.h"

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void fail(const char *format, ...)
{
    const int error = errno;
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    const size_t length = strlen(message);
    const bool wants_reason = length > 0 && message[length - 1] == ':';
    fprintf(stderr, "linux-live-replay: %s%s%s\n", message, wants_reason ? " " : "",
            wants_reason ? strerror(error) : "");
    _exit(1);
}
