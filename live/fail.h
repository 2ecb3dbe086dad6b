/* fail.h -- the end of the program when something that it needs is not to be had. */
#ifndef LIVE_FAIL_H
#define LIVE_FAIL_H

/* Print "linux-live-replay: MESSAGE" and end with status 1, without destructors: it may be
 * called in a child.  A message ends with the text of errno if it ends with ':'. */
__attribute__((format(printf, 1, 2), noreturn)) void fail(const char *format, ...);

#endif
