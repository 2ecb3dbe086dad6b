/* gnuplot.c -- runs gnuplot as a child process; see figure.h. */
#include "base/file.h"
#include "report/figure.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SAID "gnuplot.err" /* in the folder, while gnuplot runs */

/* Returns 0 or an errno. */
static int spawn(pid_t *child, const char *folder, char *script)
{
    char *const argv[] = {"gnuplot", "--default-settings", script, NULL};
    posix_spawn_file_actions_t actions;
    int number = posix_spawn_file_actions_init(&actions);
    if (number != 0)
        return number;
    number = posix_spawn_file_actions_addchdir_np(&actions, folder);
    if (number == 0)
        number = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (number == 0)
        number = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (number == 0)
        number = posix_spawn_file_actions_addopen(&actions, 2, SAID,
                                                  O_WRONLY | O_CREAT | O_TRUNC, 0666);
    if (number == 0)
        number = posix_spawnp(child, "gnuplot", &actions, NULL, argv, environ);
    posix_spawn_file_actions_destroy(&actions);
    return number;
}

/* The sentence of what gnuplot said: its last line that is not empty. */
static char *last_line(char *text)
{
    char *last = text, *rest;
    for (char *line = strtok_r(text, "\r\n", &rest); line;
         line = strtok_r(NULL, "\r\n", &rest))
        if (line[strspn(line, " \t^")] != '\0')
            last = line;
    return last + strspn(last, " \t");
}

static enum status failure(int wait_status, const char *said, struct error *err)
{
    char *text = NULL;
    size_t size;
    if (WIFSIGNALED(wait_status))
        return error_set(err, ERR_OUTPUT, at_nowhere(), "gnuplot was ended by signal %d",
                         WTERMSIG(wait_status));
    if (file_read(&text, &size, said, NULL) != OK)
        text = NULL;
    const char *sentence = text ? last_line(text) : "";
    error_set(err, ERR_OUTPUT, at_nowhere(), "gnuplot has failed: %.400s",
              *sentence ? sentence : "it does not say why");
    free(text);
    return ERR_OUTPUT;
}

enum status gnuplot_run(const char *folder, const char *name, struct error *err)
{
    char *script, *said;
    if (asprintf(&script, "./%s.gp", name) < 0)
        return error_nomem(err);
    if (asprintf(&said, "%s/" SAID, folder) < 0) {
        free(script);
        return error_nomem(err);
    }
    enum status status = OK;
    pid_t child;
    int wait_status = 0;
    const int number = spawn(&child, folder, script);
    if (number == ENOENT)
        status = error_set(err, ERR_OUTPUT, at_nowhere(),
                           "gnuplot is not installed; plots need it (package gnuplot-nox)");
    else if (number != 0)
        status = error_set(err, ERR_OUTPUT, at_nowhere(), "gnuplot cannot be started: %s",
                           strerror(number));
    while (status == OK && waitpid(child, &wait_status, 0) < 0)
        if (errno != EINTR)
            status = error_set(err, ERR_OUTPUT, at_nowhere(), "gnuplot is lost: %s",
                               strerror(errno));
    if (status == OK && wait_status != 0)
        status = failure(wait_status, said, err);
    unlink(said);
    free(said);
    free(script);
    return status;
}
