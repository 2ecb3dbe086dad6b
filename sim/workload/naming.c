/* naming.c -- see thread.h: threads are called as their traces say. */
#include "workload/thread.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { STEM = THREAD_NAME - 12 }; /* so that a number fits behind it */

/* The last part of the path that the first word is, without what tables or plots might take
 * for a sign of theirs. */
static void stem_of(char stem[STEM], const char *command)
{
    const char *word = command + strspn(command, " \t");
    const size_t length = strcspn(word, " \t");
    const char *begin = word, *end = word + length;
    while (end > word && end[-1] == '/')
        end--;
    for (const char *p = word; p < end; p++)
        if (*p == '/')
            begin = p + 1;
    size_t n = 0;
    for (; begin < end && n + 1 < STEM; begin++) {
        const unsigned char c = (unsigned char)*begin;
        const bool plain = isalnum(c) || c >= 0x80 || strchr("._+-@:#", c);
        stem[n++] = plain ? (char)c : '_';
    }
    stem[n] = '\0';
}

/* Is the name the stem, or the stem with a number? */
static bool is_of_stem(const char *name, const char *stem)
{
    const size_t length = strlen(stem);
    if (strncmp(name, stem, length) != 0)
        return false;
    const char *rest = name + length;
    return !*rest || (*rest == '.' && rest[1] && !rest[1 + strspn(rest + 1, "0123456789")]);
}

/* How many threads, ended ones too, satisfy the test. */
static uint64_t count(const struct simulation *sim, const char *text,
                      bool (*test)(const char *name, const char *text))
{
    uint64_t n = 0;
    for (const struct thread *t = sim->oldest; t; t = t->newer)
        n += test(t->shown, text);
    for (size_t i = 0; i < sim->nended; i++)
        n += test(sim->ended[i].shown, text);
    return n;
}

static bool is_equal(const char *name, const char *text)
{
    return strcmp(name, text) == 0;
}

void thread_call(struct thread *thread, const char *command)
{
    const struct simulation *sim = thread->simulation;
    char stem[STEM], name[THREAD_NAME];
    stem_of(stem, command);
    if (thread->named || !stem[0] || is_of_stem(thread->shown, stem))
        return;
    /* The search begins behind those of the same stem. */
    uint64_t number = count(sim, stem, is_of_stem) + 1;
    snprintf(name, sizeof name, "%s", stem);
    while (count(sim, name, is_equal) > 0)
        snprintf(name, sizeof name, "%s.%llu", stem, (unsigned long long)number++);
    memcpy(thread->shown, name, sizeof thread->shown);
}
