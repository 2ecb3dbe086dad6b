/* progress.c -- see progress.h. */
#include "cli/progress.h"

#include "base/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define BAR_FIRST_S 1.0  /* work that is over by then needs no bar */
#define BAR_PERIOD_S 0.1 /* often enough to look smooth            */
#define LINE_PERIOD_S 10.0

enum { BAR_CELLS = 24, LINE_MAX_BYTES = 256 };

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void progress_start(struct progress *progress, const char *what, const char *unit,
                    bool quiet)
{
    const char *term = getenv("TERM");
    *progress = (struct progress){
        .what = what,
        .unit = unit,
        .started = now_s(),
        .terminal = isatty(STDERR_FILENO) && !(term && strcmp(term, "dumb") == 0),
        .quiet = quiet,
    };
}

/* "12.3 million", "1.23 billion", "12,345". */
static char *format_speed(double rate, char *buffer, size_t size)
{
    const bool billions = rate >= 1e9;
    const double number = rate / (billions ? 1e9 : 1e6);
    if (rate >= 1e6)
        snprintf(buffer, size, "%.*f %s",
                 number < 10    ? 2
                 : number < 100 ? 1
                                : 0,
                 number, billions ? "billion" : "million");
    else
        format_count((uint64_t)rate, buffer, size);
    return buffer;
}

/* "0:07", "1:02:03". */
static char *format_clock(double seconds, char *buffer, size_t size)
{
    const unsigned long s = seconds < 1e7 ? (unsigned long)seconds : 9999999;
    if (s >= 3600)
        snprintf(buffer, size, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    else
        snprintf(buffer, size, "%lu:%02lu", s / 60, s % 60);
    return buffer;
}

/* Seconds until done, at the mean speed since the start; negative if not known. */
static double time_left(const struct progress *p, double elapsed, uint64_t done,
                        uint64_t total, uint64_t units)
{
    /* What was done before the start took none of the time; the caller tells it in units
     * only, so take the same part of done. */
    const double before =
        p->first && units ? (double)done * ((double)p->first / (double)units) : 0;
    const double here = (double)done - before;
    if (total == 0 || done > total || here <= 0)
        return -1;
    return elapsed * (double)(total - done) / here;
}

static void format_bar(char *bar, double part)
{
    const int full = (int)(part * BAR_CELLS);
    for (int i = 0; i < BAR_CELLS; i++)
        bar[i] = i < full ? '#' : '.';
    bar[BAR_CELLS] = '\0';
}

static void format_line(const struct progress *p, double elapsed, uint64_t done,
                        uint64_t total, uint64_t units, char *line, size_t size)
{
    char rate[48], count[48], clock[32], bar[BAR_CELLS + 1], head[96];
    const uint64_t fresh = units > p->first ? units - p->first : 0;
    const double left = time_left(p, elapsed, done, total, units);
    const double part = total == 0 ? 0 : done < total ? (double)done / (double)total : 1;
    format_speed((double)fresh / elapsed, rate, sizeof rate);
    format_bar(bar, part);
    if (total == 0)
        snprintf(head, sizeof head, "%s %s", format_count(units, count, sizeof count),
                 p->unit);
    else if (p->terminal)
        snprintf(head, sizeof head, "[%s] %3d%%", bar, (int)(part * 100));
    else
        snprintf(head, sizeof head, "%d%%, %s %s", (int)(part * 100),
                 format_count(units, count, sizeof count), p->unit);
    snprintf(line, size, "%s: %s, %s %s/s%s%s, %s %s", p->what, head, rate, p->unit,
             p->note[0] ? ", " : "", p->note,
             format_clock(left >= 0 ? left : elapsed, clock, sizeof clock),
             left >= 0 ? "left" : "so far");
}

static int terminal_columns(void)
{
    struct winsize window;
    if (ioctl(STDERR_FILENO, TIOCGWINSZ, &window) != 0 || window.ws_col < 2)
        return 80;
    return window.ws_col;
}

void progress_update(struct progress *progress, uint64_t done, uint64_t total,
                     uint64_t units)
{
    if (progress->quiet)
        return;
    const double now = now_s();
    const double period = progress->terminal ? BAR_PERIOD_S : LINE_PERIOD_S;
    const double first = progress->terminal ? BAR_FIRST_S : LINE_PERIOD_S;
    const double due =
        progress->printed > 0 ? progress->printed + period : progress->started + first;
    if (now < due)
        return;
    char line[LINE_MAX_BYTES];
    format_line(progress, now - progress->started, done, total, units, line, sizeof line);
    if (progress->terminal) /* not into the last column, where some terminals wrap */
        fprintf(stderr, "\r\033[K%.*s", terminal_columns() - 1, line);
    else
        fprintf(stderr, "%s\n", line);
    fflush(stderr);
    progress->printed = now;
}

void progress_end(struct progress *progress)
{
    if (progress->terminal && progress->printed > 0) {
        fputs("\r\033[K", stderr);
        fflush(stderr);
    }
    progress->printed = 0;
}
