# events.awk -- what a program did to its address space, one line each, from what strace -y
# prints (-v from=strace) or from the operations of a trace as text (-v from=trace).  Only
# what lies between two calls of madvise with MADV_SEQUENTIAL counts.  Addresses are named by
# the mapping that they lie in, the last of all that were made there, and the offset in it, so
# that they do not depend on where mappings come to lie.

function number(text,    i, n)
{
    if (text !~ /^0x/)
        return text + 0
    for (i = 3; i <= length(text); i++)
        n = 16 * n + index("0123456789abcdef", substr(text, i, 1)) - 1
    return n
}

function pages(bytes)
{
    return 4096 * int((bytes + 4095) / 4096)
}

function place(address,    i)
{
    for (i = mappings; i > 0; i--)
        if (address >= start[i] && address < start[i] + size[i])
            return "mapping " i " + " address - start[i]
    return "elsewhere"
}

function say(text)
{
    if (marks == 1)
        print text
}

function map(address, bytes, protection, file, offset, shared)
{
    if (marks != 1)
        return
    sub(/.*\//, "", file)
    start[++mappings] = address
    size[mappings] = bytes
    say("map " mappings ": " bytes " " protection " " file " " offset " " shared)
}

function unmap(address, bytes)
{
    say("unmap " place(address) ": " bytes)
}

function letters(flags)
{
    return (flags ~ /READ/ ? "r" : "") (flags ~ /WRITE/ ? "w" : "") \
           (flags ~ /EXEC/ ? "x" : "") (flags ~ /NONE/ ? "-" : "")
}

function mark(advice)
{
    if (advice != "sequential")
        return 0
    if (++marks == 2)
        exit
    return 1
}

# --- strace: 'mmap(NULL, 8192, PROT_READ, MAP_PRIVATE, 3</f>, 0x1000) = 0x7f...' ----------

from == "strace" && /^[a-z]+\(.* = / {
    call = $0
    sub(/\(.*/, "", call)
    result = $0
    sub(/.* = /, "", result)
    sub(/ .*/, "", result)
    list = $0
    sub(/^[a-z]+\(/, "", list)
    sub(/\) += .*/, "", list)
    split(list, argument, ", ")
    if (call == "mmap") {
        file = argument[5]
        if (!sub(/^[0-9]+</, "", file))
            file = ""
        sub(/>$/, "", file)
        map(number(result), pages(number(argument[2])), letters(argument[3]), file,
            number(argument[6]), argument[4] ~ /SHARED/ ? "shared" : "private")
    } else if (call == "munmap") {
        unmap(number(argument[1]), pages(number(argument[2])))
    } else if (call == "mprotect") {
        say("protect " place(number(argument[1])) ": " argument[2] " " letters(argument[3]))
    } else if (call == "madvise") {
        advice = tolower(argument[3])
        sub(/madv_/, "", advice)
        if (!mark(advice))
            say("advise " place(number(argument[1])) ": " argument[2] " " advice)
    } else if (call == "mremap") {
        old = number(argument[1])
        before = pages(argument[2])
        after = pages(argument[3])
        if (number(result) != old) {
            unmap(old, before)
            map(number(result), after, "rw", "", 0, "private")
        } else if (after > before) {
            map(old + before, after - before, "rw", "", 0, "private")
        } else if (after < before) {
            unmap(old + after, before - after)
        }
    } else if (call == "brk") {
        end = pages(number(result))
        if (argument[1] != "NULL" && end > heap)
            map(heap, end - heap, "rw", "", 0, "private")
        else if (argument[1] != "NULL" && end < heap)
            unmap(end, heap - end)
        heap = end
    }
}

# --- a trace: '@map 0x4a26000 0x14000 rw file /f 0x1000 shared' ---------------------------

from == "trace" && $1 == "@map" {
    file = $5 == "file" ? $6 : ""
    map(number($2), number($3), $4, file, file != "" && $7 ~ /^0x/ ? number($7) : 0,
        $NF == "shared" ? "shared" : "private")
}
from == "trace" && $1 == "@unmap" { unmap(number($2), number($3)) }
from == "trace" && $1 == "@protect" {
    say("protect " place(number($2)) ": " number($3) " " $4)
}
from == "trace" && $1 == "@advise" {
    if (!mark($4))
        say("advise " place(number($2)) ": " number($3) " " $4)
}
