/* courses.h -- holds Faultline to vmsim.csv: the counts that several student and staff
 * programs of two courses gave for the courses' own traces. */
#ifndef FAULTLINE_TESTS_COURSES_H
#define FAULTLINE_TESTS_COURSES_H

#include "harness.h"

enum { COURSES_FRAMES_MAX = 160, COURSES_AT_ONCE = 16 };

/* The policies of the table, each with the conventions in brackets, as ours. */
static const struct {
    const char *name, *setting;
} course_policies[] = {
    {"FIFO", "fifo"},
    {"LRU", "lru"},
    {"OPT(tie=lowest frame)", "{name: opt, tie: lowest-frame}"},
    {"OPT(tie=highest frame)", "{name: opt, tie: highest-frame}"},
    {"OPT(tie=LRU page)", "{name: opt, tie: lru}"},
    {"CLOCK(ref_on_load=0;hand_advances)",
     "{name: clock, ref_on_load: no, hand: advances}"},
    {"CLOCK(ref_on_load=1;hand_advances)",
     "{name: clock, ref_on_load: yes, hand: advances}"},
    {"CLOCK(ref_on_load=1;hand_stays)", "{name: clock, ref_on_load: yes, hand: stays}"},
};
enum { COURSE_POLICIES = ARRAY_LEN(course_policies) };

struct course_row {
    uint64_t refs, distinct, faults;
    struct {
        uint64_t clean, dirty;
    } evicted[2]; /* a page is dirty when written; from its first touch, without a copy */
};

/* The rows of one trace. */
struct course {
    const char *trace;
    size_t nframes;
    uint64_t frames[COURSES_FRAMES_MAX];
    struct course_row rows[COURSES_FRAMES_MAX][COURSE_POLICIES];
};

static inline size_t course_policy(const char *name)
{
    for (size_t i = 0; i < COURSE_POLICIES; i++)
        if (strcmp(course_policies[i].name, name) == 0)
            return i;
    ck_abort_msg("unknown policy '%s'", name);
    return 0;
}

/* The rows of a trace whose number of frames is a multiple of `every`. */
static inline void course_load(struct course *course, const char *trace, uint64_t every)
{
    struct csv csv =
        csv_open(TEST_DATA "/vmsim.csv.zst",
                 "trace,policy,frames,refs,distinct_pages,faults,evict_clean_Wdirty,"
                 "evict_dirty_Wdirty,evict_clean_firsttouch,evict_dirty_firsttouch,"
                 "independent_teams_agreeing");
    size_t rows = 0;
    course->trace = trace;
    course->nframes = 0;
    while (csv_next(&csv)) {
        const uint64_t frames = to_number(csv.fields[2]);
        if (strcmp(csv.fields[0], trace) != 0 || frames % every != 0)
            continue;
        size_t f = 0;
        while (f < course->nframes && course->frames[f] != frames)
            f++;
        ck_assert_uint_lt(f, COURSES_FRAMES_MAX);
        if (f == course->nframes)
            course->frames[course->nframes++] = frames;
        uint64_t n[11];
        for (size_t i = 3; i < 10; i++)
            n[i] = to_number(csv.fields[i]);
        course->rows[f][course_policy(csv.fields[1])] =
            (struct course_row){n[3], n[4], n[5], {{n[6], n[7]}, {n[8], n[9]}}};
        rows++;
    }
    ck_assert_uint_eq(rows, course->nframes * COURSE_POLICIES);
}

static inline void course_compare(const char *trace, const struct course_row *row,
                                  size_t convention, const struct cell_config *cell,
                                  const struct counters *c)
{
    const struct {
        const char *what;
        uint64_t ours, theirs;
    } counts[] = {
        {"references", c->references, row->refs},
        {"accesses", c->accesses, row->refs},
        {"distinct pages", c->faults_cold, row->distinct},
        {"faults", c->faults, row->faults},
        {"clean pages evicted", c->page_outs - c->page_outs_dirty,
         row->evicted[convention].clean},
        {"dirty pages evicted", c->page_outs_dirty, row->evicted[convention].dirty},
    };
    for (size_t i = 0; i < ARRAY_LEN(counts); i++)
        ck_assert_msg(counts[i].ours == counts[i].theirs,
                      "%s, %s, %" PRIu64 " frames, convention %zu: %" PRIu64
                      " %s instead of %" PRIu64,
                      trace, cell->policy_label, cell->frames, convention, counts[i].ours,
                      counts[i].what, counts[i].theirs);
}

/* Run and compare all policies with frames[from .. end-1]. */
static inline void course_run(const struct course *course, const char *path, size_t from,
                              size_t end)
{
    char trace[512], frames[512] = "sweep.machine.frames=[", policies[1024];
    snprintf(trace, sizeof trace, "trace=%s", path);
    size_t at = strlen(frames);
    for (size_t f = from; f < end; f++)
        at += (size_t)snprintf(frames + at, sizeof frames - at, "%s%" PRIu64,
                               f == from ? "" : ", ", course->frames[f]);
    snprintf(frames + at, sizeof frames - at, "]");
    at = (size_t)snprintf(policies, sizeof policies, "sweep.policy=[");
    for (size_t p = 0; p < COURSE_POLICIES; p++)
        at += (size_t)snprintf(policies + at, sizeof policies - at, "%s%s", p ? ", " : "",
                               course_policies[p].setting);
    snprintf(policies + at, sizeof policies - at, "]");
    const char *const set[] = {trace, frames, policies,
                               "sweep.kernel=[{name: textbook, dirty: written}, "
                               "{name: textbook, dirty: unsaved}]",
                               NULL};
    struct outcome outcome = run_settings(set);
    ck_assert_uint_eq(outcome.experiment->ncells, (end - from) * COURSE_POLICIES * 2);
    size_t i = 0;
    for (size_t f = from; f < end; f++)
        for (size_t p = 0; p < COURSE_POLICIES; p++)
            for (size_t convention = 0; convention < 2; convention++, i++) {
                const struct cell_config *cell = &outcome.experiment->cells[i];
                ck_assert_uint_eq(cell->frames, course->frames[f]);
                course_compare(course->trace, &course->rows[f][p], convention, cell,
                               &outcome.results[i].counters);
            }
    outcome_free(&outcome);
}

/* Check the rows of trace whose number of frames is a multiple of `every`; the number of
 * rows.  file: the trace, in the folder of the courses. */
static inline size_t course_check(const char *trace, const char *file, uint64_t every)
{
    static struct course course;
    char path[400];
    snprintf(path, sizeof path, "%s/courses/%s", TEST_DATA, file);
    course_load(&course, trace, every);
    for (size_t from = 0; from < course.nframes; from += COURSES_AT_ONCE) {
        const size_t rest = course.nframes - from;
        course_run(&course, path, from,
                   from + (rest < COURSES_AT_ONCE ? rest : COURSES_AT_ONCE));
    }
    return course.nframes * COURSE_POLICIES;
}

#endif
