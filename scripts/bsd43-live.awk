# bsd43-live.awk -- what scripts/bsd43-live runs of the model, and how it compares.
#   task=list     prints NAME, tab, SETTINGS for each run; the settings have tabs between
#   task=compare  prints machine and model, with the results in `results`/NAME.csv
# Variables: task, phases, only, results; see bsd43-live.

# Everything that is assumed of others.
function assumptions() {
    # The counters that decide, then those that are only shown; by vmmeter's names, which
    # are the columns of results.csv.  SUMMARY.csv has them with v_ before, and elapsed in
    # milliseconds; results.csv has elapsed in seconds.
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

    # Instructions of each of the 100 interrupts of the clock in a second.
    clock_interrupt = 172
}

# Settings of the run; the preset says the rest.  CPU times of the preset are in cycles of
# machine.clock, an instruction each.  The seed is the start phase of hands and free list.
# The phases of a run are the differences of traces that end sooner or later.
function settings(    i, seeds, text) {
    for (i = 1; i <= phases; i++)
        seeds = seeds (i > 1 ? ", " : "") i
    text = "machine.memory=" (memory() + 0) "MiB"
    text = text "\tkernel.wired=" wired[memory()]
    text = text "\tmachine.clock=" field("ipms") "kHz"
    text = text "\tmachine.cost.reference=" \
        sprintf("%.6f us", 1000 / (field("ipms") - clock_interrupt / 10))
    text = text "\tgenerate.pattern=" field("pattern") "\tgenerate.kb=" field("kb")
    text = text "\tgenerate.mode=" field("mode") "\tgenerate.iters=" field("iters")
    text = text "\tgenerate.A=" field("A") "\tgenerate.B=" field("B")
    text = text "\tsweep.seed=[" seeds "]"
    return text "\tsweep.generate.until=[start, init, report, end]"
}

# Why the line cannot be run, or "".
function unable() {
    if (!(memory() in free))
        return "the machine's wired pages are not known"
    if (field("nprocs") != 1)
        return "`generate` makes one process"
    if (field("pattern") == "fork")
        return "`generate` makes no streams for children"
    if (field("pattern") == "grow" && field("A") < 1)
        return "nothing grows"
    return ""
}

# Clusters of 1024 bytes that the pattern touches.
function footprint() {
    return field("kb") + (field("pattern") == "grow" ? field("iters") * field("A") : 0)
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

# The name of the run's results.
function run_name(    name) {
    name = description() " phases=" phases
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

# Read the results of a run into value[seed, until, counter]; false: there are not all.
function read_results(name,    file, line, n, parts, at, rows, i) {
    file = results "/" name ".csv"
    delete value
    rows = 0
    while ((getline line <file) > 0) {
        n = split_line(line, parts)
        if (rows++ == 0) {
            for (i = 1; i <= n; i++)
                at[parts[i]] = i
            for (i = 1; i <= judged; i++)
                if (!(counters[i] in at))
                    fail(file ": there is no column '" counters[i] "'")
            continue
        }
        for (i = 1; i <= all; i++)
            if (counters[i] in at)
                value[parts[at["seed"]], parts[at["generate.until"]], counters[i]] = \
                    parts[at[counters[i]]]
    }
    close(file)
    return rows == 1 + 4 * phases
}

# Set mean, least and most of the phase's counter, of the model; false: it has none.
function reckon(phase, counter,    first, last, seed, difference) {
    first = phase == "init" ? "start" : "report"
    last = phase == "init" ? "init" : "end"
    mean = 0
    for (seed = 1; seed <= phases; seed++) {
        if (!((seed, last, counter) in value))
            return 0
        difference = value[seed, last, counter] - value[seed, first, counter]
        if (counter == "elapsed")
            difference *= 1000
        mean += difference / phases
        if (seed == 1 || difference < least)
            least = difference
        if (seed == 1 || difference > most)
            most = difference
    }
    return 1
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
    if (reckon(field("phase"), counter)) {
        allow(field(measured "_min"), field(measured "_max"), ratio)
        say = decides ? verdict() : ""
        printf "  %10.1f %8.0f %8.0f  %s", mean, least, most, say
    }
    printf "\n"
    return say !~ /^MISS/
}

function compare(    ratio, good, i, class) {
    ratio = int(100 * 2 * footprint() / free[memory()] + 0.5) / 100
    printf "\n%s, %s: %.2f times free memory\n", description(), field("phase"), ratio
    class = ratio >= far ? "far" : "near"
    lines[class]++
    if (!read_results(run_name())) {
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
    if ((description() ", " field("phase")) !~ only)
        next
    why = unable()
    if (task == "list") {
        if (why == "" && !(run_name() in listed))
            print run_name() "\t" settings()
        listed[run_name()] = 1
    } else if (why == "") {
        compare()
    } else {
        printf "\n%s, %s: not run, %s\n", description(), field("phase"), why
        left_out++
    }
}

END {
    if (failed)
        exit failed
    if (task == "list")
        exit 0
    printf "\n%d of %d lines pass from %.2f times free memory on, %d of %d below; " \
        "%d were not run\n", passed["far"], lines["far"], far, passed["near"],
        lines["near"], left_out
    if (passed["far"] + passed["near"] < lines["far"] + lines["near"] || left_out)
        exit 1
}
