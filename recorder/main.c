/* SPDX-License-Identifier: GPL-2.0-or-later */
/* main.c -- the Valgrind tool that `faultline record` runs a program under: its options, and
 * what it has Valgrind call. */
#include "ring.h"

#include "pub_tool_options.h"

struct options options = {.children = True};

static Bool take_option(const HChar *arg)
{
    return VG_STR_CLO(arg, "--recording", options.folder) ||
           VG_STR_CLO(arg, "--start-at", options.start_at) ||
           VG_BOOL_CLO(arg, "--children", options.children) ||
           VG_BOOL_CLO(arg, "--as-lackey", options.as_lackey);
}

static void print_usage(void)
{
    VG_(printf)
    ("    --recording=DIR           folder of the reader, which must run\n"
     "    --start-at=FUNCTION       tell when this function is entered\n"
     "    --children=no|yes         record forked processes, too [yes]\n"
     "    --as-lackey=no|yes        leave Valgrind's own traces in [no]\n");
}

static void print_debug_usage(void)
{
    VG_(printf)("    (none)\n");
}

static void after_options(void)
{
    if (!options.folder)
        VG_(fmsg_bad_option)("--recording", "is missing; 'faultline record' gives it\n");
    ring_open(options.folder);
    if (!options.as_lackey)
        image_clean_environment();
}

static void end(Int exitcode)
{
    (void)exitcode;
    events_end();
}

static void before_options(void)
{
    VG_(details_name)("faultline");
    VG_(details_version)(NULL);
    VG_(details_description)("records memory references for Faultline");
    VG_(details_copyright_author)("Licensed under the GNU GPL, version 2 or later.");
    VG_(details_bug_reports_to)("the authors of Faultline");
    VG_(details_avg_translation_sizeB)(400);
    VG_(basic_tool_funcs)(after_options, instrument, end);
    VG_(needs_command_line_options)(take_option, print_usage, print_debug_usage);
    events_register();
}

VG_DETERMINE_INTERFACE_VERSION(before_options)
