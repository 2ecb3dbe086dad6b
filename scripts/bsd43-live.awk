# bsd43-live.awk -- what scripts/bsd43-live runs of the model, and how it compares.
#   task=list     prints for each session, with tabs between, NAME, the streams of its
#                 programs, the seconds between them, and SETTINGS
#   task=compare  prints machine and model, with the results in `results`/NAME.csv
# Variables: task, phases, only, results, preset; see bsd43-live.

# Everything that is assumed of others.
function assumptions() {
    # The counters that decide, then those that are only shown; by vmmeter's names, which
    # are the columns of marks.csv.  SUMMARY.csv has them with v_ before, and elapsed in
    # milliseconds; marks.csv has the time in seconds, and of `faults` v_faults.
    judged = 7
    all = split("elapsed pgin pgpgin pgout pgrec scan dfree pgpgout intrans fastpgrec " \
                "pgfrec zfod faults rev swpin swpout", counters, " ")

    # From so many times free memory on a line passes if the model's mean is within the
    # machine's minimum and maximum, widened by so much; below, if it is within these.
    far = 1.18
    widened = 0.10

    # Pages of 512 bytes: taken by the kernel for itself; free at the first prompt.
    split("1M 2M 4M 8M 16M", memories, " ")
    split("1298 1538 1812 2346 3412", wired_pages, " ")
    split("572 2374 6190 13834 29128", free_pages, " ")
    for (i in memories) {
        wired[memories[i]] = wired_pages[i]
        free[memories[i]] = free_pages[i]
    }

    # The machine ran `rnd` before `hot`, which leaves frames in another order than `seq`
    # does.  A summary without it is run as if it had this, for each footprint of seq.
    unseen = "pattern: rnd, mode: w, iters: 10000, A: 0, B: 0"
}

# Settings of the session; the preset says the rest.  CPU times of the preset are in cycles
# of machine.clock, an instruction each.  The seed is the start phase of hands, clock and
# free list.
function settings(session,    i, seeds, text) {
    for (i = 1; i <= phases; i++)
        seeds = seeds (i > 1 ? ", " : "") i
    text = "machine.memory=" (memory() + 0) "MiB"
    text = text "\tkernel.wired=" wired[memory()]
    text = text "\tmachine.clock=" field("ipms") "kHz"
    text = text "\tworkload.processes=" workload(session)
    return text "\tsweep.seed=[" seeds "]"
}

# What the machine ran in one boot, one after the other and the whole list over again: the
# order of the free list, and who is swapped out, comes from what ran before.  Several
# processes at once were measured in boots of their own.
function session_of() {
    return memory() SUBSEP field("ipms") SUBSEP field("settle_s") SUBSEP \
        (field("nprocs") > 1)
}

# Add the line's programs to its session, unless they are there.
function enter(    session, i, key) {
    session = session_of()
    key = run_key()
    if ((session, key) in begins)
        return
    if (field("pattern") == "hot" && !has_rnd[session]++)
        enter_unseen(session)
    footprints[session] = footprints[session] \
        (field("pattern") == "seq" ? " " field("kb") : "")
    begins[session, key] = length_of[session] + 1
    for (i = 1; i <= field("nprocs"); i++)
        add(session, program(i), i > 1 ? "+" : " ")
}

function add(session, text, before) {
    ran[session, ++length_of[session]] = text
    plan[session] = plan[session] before length_of[session]
}

function enter_unseen(session,    kb, n, i, known) {
    n = split(footprints[session], kb, " ")
    for (i = 1; i <= n; i++)
        if (!known[kb[i]]++)
            add(session, "name: vt, kb: " kb[i] ", " unseen, " ")
}

# init and the shell on the console, which sleep, and a shell that runs the programs: streams
# 1, 2 and so on, and behind them their children.
function workload(session,    n, i, streams, children, generate, nchildren) {
    n = length_of[session]
    for (i = 1; i <= n; i++) {
        generate = ran[session, i]
        if (generate ~ /pattern: fork/) {
            nchildren++
            generate = "{" generate ", child: " (n + nchildren) "}"
            children = children ", {generate: " generate ", thread: " (n + nchildren) "}"
            streams = streams ", {generate: " generate ", thread: 0}"
        } else
            streams = streams ", {generate: {" generate "}}"
    }
    return "[{trace: " preset "/init.txt}, {trace: " preset "/sh.txt}, " \
        "{trace: shell.txt, streams: [" substr(streams children, 3) "]}]"
}

# What the generator calls the program, on which the settings follow.
function own_program() {
    return "name: vt, pattern: " field("pattern") ", kb: " field("kb") ", mode: " \
        field("mode") ", iters: " field("iters") ", A: " field("A") ", B: " field("B")
}

# Which of the processes that were started together: p1 or q2; of one alone the first.
function place(    number) {
    number = field("proc")
    gsub(/[^0-9]/, "", number)
    return number == "" ? 1 : number + 0
}

# Processes of one key were measured together: those of p1, p2 are others than those of q1.
function together(    letters) {
    letters = field("proc")
    gsub(/[0-9]/, "", letters)
    return memory() SUBSEP field("ipms") SUBSEP field("settle_s") SUBSEP field("nprocs") \
        SUBSEP letters
}

# Note the programs of a line, in their order.
function note(    key, mine) {
    has_rnd[session_of()] += field("pattern") == "rnd"
    key = together() SUBSEP place()
    mine = own_program()
    if (!((key, mine) in has)) {
        has[key, mine] = 1
        programs[key, ++nprograms[key]] = mine
    }
}

# True if every process of the line ran that program at some time.
function all_ran(text,    i) {
    for (i = 1; i <= field("nprocs"); i++)
        if ((together(), i) in nprograms && !((together(), i, text) in has))
            return 0
    return 1
}

# The program that process i runs beside the line's, or "": the same if all ran it, else
# that which stands at the same place among those that not all ran.
function program(i,    mine, k, nth, key) {
    mine = own_program()
    key = together() SUBSEP i
    if (i == place() || all_ran(mine))
        return mine
    nth = position(together() SUBSEP place(), mine)
    for (k = 1; k <= nprograms[key]; k++)
        if (!all_ran(programs[key, k]) && --nth == 0)
            return programs[key, k]
    return ""
}

function position(key, text,    k, n) {
    for (k = 1; k <= nprograms[key]; k++) {
        n += !all_ran(programs[key, k])
        if (programs[key, k] == text)
            return n
    }
    return 0
}

# Why the line cannot be run, or "".
function unable(    i) {
    if (!(memory() in free))
        return "the machine's wired pages are not known"
    if (field("pattern") == "grow" && field("A") < 1)
        return "nothing grows"
    for (i = 1; i <= field("nprocs"); i++)
        if (program(i) == "")
            return "no line says what process " i " ran"
    return ""
}

# Clusters of 1024 bytes that the patterns touch.
function footprint(    i, n, word, clusters) {
    for (i = 1; i <= field("nprocs"); i++) {
        n = split(program(i), word, /[:,] */)
        for (; n > 1; n -= 2)
            said[word[n - 1]] = word[n]
        clusters += said["kb"]
        if (said["pattern"] == "grow")
            clusters += said["iters"] * said["A"]
    }
    return clusters
}

# --- SUMMARY.csv ---------------------------------------------------------------------

function field(name) {
    if (!(name in column))
        fail("the summary has no column '" name "'")
    return $column[name]
}

function memory() {
    return field("mem")
}

function fail(message) {
    print "bsd43-live: " message >"/dev/stderr"
    failed = 2
    exit 2
}

function description() {
    return memory() " " field("ipms") "/ms " field("pattern") " kb=" field("kb") " " \
        field("mode") " iters=" field("iters") " A=" field("A") " B=" field("B") \
        (field("nprocs") > 1 ? " " field("nprocs") " processes, " field("proc") : "")
}

# The programs of the line, and of those that ran with it.
function run_key(    key, i) {
    for (i = 1; i <= field("nprocs"); i++)
        key = key SUBSEP program(i)
    return key
}

# The name of the session's results.
function session_name(    name) {
    name = memory() " " field("ipms") "/ms settle=" field("settle_s") \
        (field("nprocs") > 1 ? " several" : "") " phases=" phases
    gsub(/[^A-Za-z0-9=]+/, "-", name)
    return name
}

# --- the model's results -------------------------------------------------------------

# Split a line of a CSV file, with fields in quotation marks, into parts.
function split_line(line, parts,    n, quoted, i, c) {
    n = 1
    quoted = 0
    parts[1] = ""
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"")
            quoted = !quoted
        else if (c == "," && !quoted)
            parts[++n] = ""
        else
            parts[n] = parts[n] c
    }
    return n
}

# Read the marks of a session into value[seed, process, mark, counter]; false: there are not
# all of the programs'.
function read_results(session,    name, file, line, n, parts, at, i, seed) {
    name = session_name()
    if (name == read_last)
        return complete
    read_last = name
    file = results "/" name ".csv"
    delete value
    nmarks = 0
    while ((getline line <file) > 0) {
        n = split_line(line, parts)
        if (!("mark" in at)) {
            for (i = 1; i <= n; i++)
                at[parts[i]] = i
            check_columns(file, at)
            continue
        }
        seed = "seed" in at ? parts[at["seed"]] : 1
        nmarks += parts[at["process"]] ~ /^vt(\.[0-9]+)?$/
        for (i = 1; i <= all; i++)
            value[seed, parts[at["process"]], parts[at["mark"]], counters[i]] = \
                parts[at[column_of(counters[i])]]
    }
    close(file)
    complete = nmarks == 2 * 4 * phases * length_of[session]
    return complete
}

function column_of(counter) {
    return counter == "elapsed" ? "time" : counter == "faults" ? "v_faults" : counter
}

function check_columns(file, at,    i) {
    for (i = 1; i <= all; i++)
        if (!(column_of(counters[i]) in at))
            fail(file ": there is no column '" column_of(counters[i]) "'")
}

# Set mean, least and most of the phase's counter, of the model.  The programs are vt, vt.2
# and so on; those that are looked at are of the second time that all ran.
function reckon(phase, counter,    session, process, first, seed, difference) {
    session = session_of()
    process = "vt." (length_of[session] + begins[session, run_key()] + place() - 1)
    first = phase == "init" ? "start" : "report"
    mean = 0
    for (seed = 1; seed <= phases; seed++) {
        difference = value[seed, process, phase, counter] - \
            value[seed, process, first, counter]
        if (counter == "elapsed")
            difference *= 1000
        mean += difference / phases
        if (seed == 1 || difference < least)
            least = difference
        if (seed == 1 || difference > most)
            most = difference
    }
}

# --- comparing -----------------------------------------------------------------------

# Sets low and high of the machine for a counter that decides.
function allow(low_measured, high_measured, ratio) {
    low = low_measured + 0
    high = high_measured + 0
    if (ratio >= far) {
        low -= widened * low
        high += widened * high
    }
}

# `ok`, or how far the model's mean is beyond what is allowed; sums of differences in
# floating point are not exact.
function verdict(    beyond, bound) {
    if (mean >= low - 1e-6 && mean <= high + 1e-6)
        return "ok"
    bound = mean < low ? low : high
    beyond = sprintf("%+.1f", mean - bound)
    if (bound)
        beyond = beyond sprintf(", %+.1f %%", 100 * (mean - bound) / bound)
    return "MISS " beyond (most >= low && least <= high ? ", a phase is within" : "")
}

# Print a counter; false if it decides and misses.
function compare_counter(counter, decides, ratio,    measured, say) {
    measured = counter == "elapsed" ? "elapsed_ms" : "v_" counter
    printf "  %-10s %10.1f %8.0f %8.0f", counter, field(measured "_mean"),
        field(measured "_min"), field(measured "_max")
    reckon(field("phase"), counter)
    allow(field(measured "_min"), field(measured "_max"), ratio)
    say = decides ? verdict() : ""
    printf "  %10.1f %8.0f %8.0f  %s\n", mean, least, most, say
    return say !~ /^MISS/
}

function compare(    ratio, good, i, class) {
    ratio = int(100 * 2 * footprint() / free[memory()] + 0.5) / 100
    printf "\n%s, %s: %.2f times free memory\n", description(), field("phase"), ratio
    class = ratio >= far ? "far" : "near"
    lines[class]++
    if (!read_results(session_of())) {
        print "  no results"
        return
    }
    printf "  %-10s %10s %8s %8s  %10s %8s %8s\n", "", "machine", "min", "max", "model",
        "min", "max"
    good = 1
    for (i = 1; i <= all; i++)
        good = compare_counter(counters[i], i <= judged, ratio) && good
    passed[class] += good
}

function look(    why) {
    if ((description() ", " field("phase")) !~ only)
        return
    why = unable()
    if (task == "list") {
        if (why == "" && !(session_of() in listed))
            print session_name() "\t" substr(plan[session_of()], 2) "\t" \
                (field("settle_s") > 0 ? field("settle_s") : 0.1) "\t" settings(session_of())
        if (why == "")
            listed[session_of()] = 1
    } else if (why == "") {
        compare()
    } else {
        printf "\n%s, %s: not run, %s\n", description(), field("phase"), why
        left_out++
    }
}

BEGIN {
    FS = ","
    assumptions()
}

{ sub(/\r$/, "") }

NR == 1 {
    for (i = 1; i <= NF; i++)
        column[$i] = i
    next
}

{
    lines_of_summary[++nlines] = $0
    note()
}

END {
    if (failed)
        exit failed
    for (i = 1; i <= nlines; i++) {
        $0 = lines_of_summary[i]
        if (unable() == "")
            enter()
    }
    for (i = 1; i <= nlines; i++) {
        $0 = lines_of_summary[i]
        look()
    }
    if (task == "list")
        exit 0
    printf "\n%d of %d lines pass from %.2f times free memory on, %d of %d below; " \
        "%d were not run\n", passed["far"], lines["far"], far, passed["near"],
        lines["near"], left_out
    if (passed["far"] + passed["near"] < lines["far"] + lines["near"] || left_out)
        exit 1
}
