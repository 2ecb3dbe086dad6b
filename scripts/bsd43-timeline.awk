# bsd43-timeline.awk -- a real kernel's variables over time, as the model is to repeat them,
# and both in one picture.
#   task=programs  reads TRACE.csv; prints the programs, one a line, as `generate` wants them
#   task=draw      reads TRACE.csv and the model's marks.csv and series.csv; prints a script
#                  for gnuplot, which draws `picture`
# TRACE.csv has a line each quarter of a second while one program after the other runs:
# pattern, free memory, and what has been counted since the system was booted.
# Variables: task, picture.

# The columns of a picture: what it shows, the header of TRACE.csv, the column of series.csv,
# and whether that is counted, from when the program begins to fill its memory.
function quantities() {
    n_quantities = split("free memory (pages of 512 B)|pages looked at (pairs, sum)|page-ins (sum)", titles, "|")
    split("freemem v_scan v_pgin", real_columns, " ")
    split("freemem scan pgin", model_columns, " ")
    split("0 1 1", counted, " ")
    seconds = 30
    interval = 0.25
}

function fail(message) {
    print "bsd43-timeline: " message >"/dev/stderr"
    failed = 2
    exit 2
}

function need(column, at) {
    if (!(column in at))
        fail(FILENAME ": there is no column '" column "'")
    return at[column]
}

# "think 1187 w 5 300"
function program(text,    word) {
    split(text, word, " ")
    return "name: vt, pattern: " word[1] ", kb: " word[2] ", mode: " word[3] \
        ", iters: " word[4] ", A: " (word[5] + 0)
}

# --- the machine ---------------------------------------------------------------------

# The samples come from a process that is paged out itself: one is as many quarters of a
# second late as the pagedaemon has looked at desscan pages since the one before.
function late(scanned, desscan) {
    return desscan > 0 && scanned > 1.5 * desscan ? int(scanned / desscan + 0.5) : 1
}

function read_machine(    i) {
    if ($1 != patterns[n_programs]) {
        patterns[++n_programs] = $1
        real_time[n_programs, 0] = 0
        samples[n_programs] = 0
    }
    i = samples[n_programs]++
    for (q = 1; q <= n_quantities; q++)
        real[n_programs, i, q] = $need(real_columns[q], column)
    if (i > 0)
        real_time[n_programs, i] = real_time[n_programs, i - 1] + interval * \
            late(real[n_programs, i, 2] - real[n_programs, i - 1, 2], \
                $need("desscan", column))
}

# When free memory begins to fall by what a program writes first: from the first two samples
# between which it falls all the time.  Sets begin_sample too.
function real_beginning(p,    i, rate) {
    for (i = 1; i < samples[p] - 1; i++)
        if (real[p, i, 1] < real[p, 0, 1] - 200)
            break
    begin_sample = i - 1
    rate = (real[p, i, 1] - real[p, i + 1, 1]) / (real_time[p, i + 1] - real_time[p, i])
    return rate > 0 ? real_time[p, i] - (real[p, 0, 1] - real[p, i, 1]) / rate : \
        real_time[p, i]
}

function print_machine(p, q,    i, zero, from) {
    zero = real_beginning(p)
    from = counted[q] ? real[p, begin_sample, q] : 0
    print "$real" p "_" q " << END"
    for (i = 0; i < samples[p]; i++)
        print real_time[p, i] - zero, (real[p, i, q] - from)
    print "END"
}

# --- the model -----------------------------------------------------------------------

function read_marks(    process) {
    process = $need("process", column)
    if ($need("mark", column) == "start" && process ~ /^vt(\.[0-9]+)?$/)
        begin[++n_begun] = $need("time", column)
}

function read_series(    q) {
    if ($need("process", column) != "all")
        return
    model_time[++n_samples] = $need("time", column)
    for (q = 1; q <= n_quantities; q++)
        model[n_samples, q] = $need(model_columns[q], column) + \
            (counted[q] ? model[n_samples - 1, q] : 0)
}

function print_model(p, q,    i, from) {
    print "$model" p "_" q " << END"
    for (i = 1; i <= n_samples; i++) {
        if (model_time[i] < begin[p])
            from = counted[q] ? model[i, q] : 0
        if (model_time[i] > begin[p] - 1.5 && model_time[i] < begin[p] + seconds && \
            (p == n_programs || model_time[i] < begin[p + 1] - 1))
            print model_time[i] - begin[p], \
                (model[i, q] - (model_time[i] < begin[p] && counted[q] ? model[i, q] : from))
    }
    print "END"
}

# --- the picture ---------------------------------------------------------------------

# "seq 1400 w 3": the program's words, for people
function title(text,    word) {
    split(text, word, " ")
    return word[1] " " word[2] " KiB " (word[3] == "w" ? "writes" : "reads") ", " \
        word[4] (word[1] == "rnd" ? " touches" : word[4] == 1 ? " pass" : " passes")
}

function draw(    p, q) {
    if (n_begun != n_programs)
        fail("the model has run " n_begun + 0 " programs, not " n_programs)
    print "set encoding utf8"
    print "set terminal svg size 1000," 40 + 190 * n_programs " noenhanced " \
        "font 'sans-serif,11' background 'white'"
    print "set output '" picture "'"
    for (p = 1; p <= n_programs; p++)
        for (q = 1; q <= n_quantities; q++) {
            print_machine(p, q)
            print_model(p, q)
        }
    print "set border 3 linecolor '#404040'"
    print "set grid xtics ytics linetype 1 linecolor '#d8d8d8' linewidth 0.7"
    print "set tics out nomirror\nset xtics 10\nunset mytics"
    print "set xrange [-1:" seconds "]"
    print "set lmargin 10\nset rmargin 1\nset bmargin 3\nset tmargin 1.6"
    print "set multiplot layout " n_programs "," n_quantities
    for (p = 1; p <= n_programs; p++)
        for (q = 1; q <= n_quantities; q++) {
            print "set title '" (p == 1 ? titles[q] : "") "' offset 0,-0.6"
            print "set ylabel '" (q == 1 ? title(patterns[p]) : "") "' offset 1"
            print q == 1 ? "set logscale y\nset yrange [10:4000]" : \
                "unset logscale y\nset yrange [0:*]"
            print p == 1 && q == n_quantities ? "set key top left" : "unset key"
            print "set xlabel '" (p == n_programs ? "seconds since the program began" : "") "' offset 0,0.5"
            print "plot $real" p "_" q " with lines linewidth 2.2 linecolor rgb '#909090'" \
                " title 'machine', $model" p "_" q \
                " with lines linewidth 1.3 linecolor rgb '#0072b2' title 'model'"
        }
    print "unset multiplot"
}

BEGIN {
    FS = ","
    quantities()
}

# No column that is looked at has quotation marks.
{ gsub(/\r$|"[^"]*"/, "") }

FNR == 1 {
    file++
    delete column
    for (i = 1; i <= NF; i++)
        column[$i] = i
    next
}

file == 1 { read_machine() }
file == 2 { read_marks() }
file == 3 { read_series() }

END {
    if (failed)
        exit failed
    if (task == "draw")
        draw()
    for (p = 1; p <= n_programs && task == "programs"; p++)
        print program(patterns[p])
}
