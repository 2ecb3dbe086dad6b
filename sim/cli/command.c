/* command.c -- what all commands share: errors, help, standard output, signals. */
#include "cli/command.h"

#include <assert.h>
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

volatile sig_atomic_t command_interrupted;

static int exit_status_of(enum status code)
{
    switch (code) {
    case OK:
    case END:
        return EXIT_DONE;
    case ERR_CONFIG:
        return EXIT_USAGE;
    case ERR_IO:
    case ERR_SYNTAX:
    case ERR_DAMAGED:
        return EXIT_DAMAGED;
    case ERR_OUTPUT:
        return EXIT_UNWRITTEN;
    case ERR_NOMEM:
    case ERR_CELL:
    case ERR_INTERRUPTED:
        break;
    }
    return EXIT_CELL;
}

int command_fail(const struct error *err)
{
    char line[sizeof err->file + sizeof err->text + 64];
    fprintf(stderr, "faultline: %s\n", error_format(err, line, sizeof line));
    return exit_status_of(err->code);
}

int command_usage(const struct command *command, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("faultline: ", stderr);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fprintf(stderr, "\ntry 'faultline %s --help'\n", command->name);
    return EXIT_USAGE;
}

int command_bad_option(const struct command *command, int result, char *const *argv)
{
    assert(result == '?' || result == ':');
    const char *word = argv[optind - 1];
    if (result == ':')
        return command_usage(command, "option '%s' needs a value", word);
    if (strncmp(word, "--", 2) != 0)
        return command_usage(command, "unknown option '-%c'", optopt);
    if (optopt)
        return command_usage(command, "option '%s': no value is allowed there", word);
    return command_usage(command, "unknown option '%s'", word);
}

bool command_options(const struct command *command, int argc, char **argv,
                     const struct option *options,
                     enum status (*set)(void *context, int option, struct error *err),
                     void *context, int *status)
{
    int option;
    optind = 0;
    opterr = 0;
    while ((option = getopt_long(argc, argv, ":h", options, NULL)) != -1) {
        struct error err;
        if (option == 'h')
            *status = command_help(command);
        else if (option == '?' || option == ':')
            *status = command_bad_option(command, option, argv);
        else if (set(context, option, &err) != OK)
            *status = command_fail(&err);
        else
            continue;
        return false;
    }
    return true;
}

int command_help(const struct command *command)
{
    fputs(command->help, stdout);
    return command_close_output(EXIT_DONE);
}

bool command_reader_gone(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1 && (out.revents & POLLERR) != 0;
}

int command_close_output(int status)
{
    errno = 0;
    const bool failed = fflush(stdout) != 0 || ferror(stdout);
    if (!failed)
        return status;
    const int reason = errno;
    /* What could not be written is dropped, so that it is reported once only. */
    __fpurge(stdout);
    clearerr(stdout);
    if (reason == EPIPE || command_reader_gone())
        return status;
    fprintf(stderr, "faultline: standard output: cannot be written%s%s\n",
            reason ? ": " : "", reason ? strerror(reason) : "");
    return EXIT_UNWRITTEN;
}

static void on_signal(int signal_number)
{
    (void)signal_number;
    command_interrupted = 1;
}

void command_catch_signals(void)
{
    /* The second signal ends the program at once, should the first not get through; no
     * SA_RESTART, so that a read that waits for input returns. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    /* A pipe that is closed early is an error of write(), not a death. */
    struct sigaction ignore = {.sa_handler = SIG_IGN};
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGPIPE, &ignore, NULL);
}
