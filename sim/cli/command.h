/* command.h -- one file per command; the only folder that prints errors or exits. */
#ifndef FAULTLINE_CLI_COMMAND_H
#define FAULTLINE_CLI_COMMAND_H

#include "base/error.h"

#include <getopt.h>
#include <signal.h>
#include <stdbool.h>

enum exit_status {
    EXIT_DONE = 0,
    EXIT_CELL = 1,     /* some cell failed, or the run was interrupted                    */
    EXIT_USAGE = 2,    /* usage or configuration                                          */
    EXIT_DAMAGED = 3,  /* damaged or unreadable input                                     */
    EXIT_UNWRITTEN = 4 /* output could not be written                                    */
};

struct command {
    const char *name;    /* "run"; a command of a group is "trace info"                   */
    const char *summary; /* one line                                                     */
    const char *help;    /* whole text of --help, with an example                        */
    int (*run)(int argc,
               char **argv); /* argv[0] is the command's last word; exit status  */
};

extern const struct command command_run, command_check, command_plot, command_list,
    command_walk, command_explain, command_curve, command_new_policy, command_record;
extern const struct command command_trace_info, command_trace_convert, command_trace_cut,
    command_trace_check, command_trace_compare, command_trace_generate,
    command_trace_reduce;

/* Print "faultline: <error>" on standard error; returns the exit status for its code. */
int command_fail(const struct error *err);

/* Usage error: prints the sentence and "try 'faultline NAME --help'"; EXIT_USAGE. */
int command_usage(const struct command *command, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Usage error after getopt_long (with `:` first in its short options and opterr 0) returned
 * `result`, that is '?' or ':'. */
int command_bad_option(const struct command *command, int result, char *const *argv);

/* Read all options of a command line, whose positions then are argv[optind] on.  set takes
 * one option, with optarg.  True: go on; false: *status is the exit status, and what there
 * was to print has been printed. */
MUST_CHECK bool command_options(const struct command *command, int argc, char **argv,
                                const struct option *options,
                                enum status (*set)(void *context, int option,
                                                   struct error *err),
                                void *context, int *status);

/* Print the help on standard output; EXIT_DONE (or EXIT_UNWRITTEN). */
int command_help(const struct command *command);

/* Flush standard output and report a failed write (a full disk); a pipe that its reader
 * closed is a clean end.  Returns status, or EXIT_UNWRITTEN. */
int command_close_output(int status);

/* True if standard output is a pipe whose reader has closed it. */
bool command_reader_gone(void);

/* Set by SIGINT and SIGTERM once command_catch_signals() was called; a second one kills.
 * From then on a write to a closed pipe fails with EPIPE instead of killing. */
extern volatile sig_atomic_t command_interrupted;
void command_catch_signals(void);

#endif
