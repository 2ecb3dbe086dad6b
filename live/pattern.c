/* pattern.c -- see pattern.h. */
#include "pattern.h"

#include "fail.h"

#include <endian.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static void read_all(int fd, char *to, size_t size, const char *path)
{
    while (size > 0) {
        const ssize_t got = read(fd, to, size);
        if (got <= 0)
            fail(got < 0 ? "cannot read '%s':" : "'%s' became shorter", path);
        to += got;
        size -= (size_t)got;
    }
}

static void settle_words(struct pattern *pattern, uint32_t *words, uint64_t anon_pages)
{
    uint32_t all = 0;
    for (size_t i = 0; i < pattern->n; i++)
        all |= words[i] = le32toh(words[i]);
    for (size_t i = 0; i < pattern->n; i++) {
        const uint32_t page = words[i] & ~PATTERN_WRITE;
        if (!(all & PATTERN_WRITE) && page < anon_pages)
            words[i] |= PATTERN_WRITE;
        if (page >= pattern->pages)
            pattern->pages = page + 1;
    }
}

void pattern_read(struct pattern *pattern, const char *path, uint64_t anon_pages)
{
    struct stat status;
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0)
        fail("cannot open '%s':", path);
    const size_t size = (size_t)status.st_size;
    if (size == 0 || size % sizeof *pattern->words != 0)
        fail("'%s' is no pattern: 4 bytes for each reference expected", path);
    uint32_t *words =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (words == MAP_FAILED)
        fail("no memory for '%s':", path);
    read_all(fd, (char *)words, size, path);
    close(fd);
    *pattern = (struct pattern){.words = words, .n = size / sizeof *words};
    settle_words(pattern, words, anon_pages);
}

bool pattern_writes(const struct pattern *pattern, uint64_t from)
{
    for (size_t i = 0; i < pattern->n; i++)
        if (pattern->words[i] & PATTERN_WRITE &&
            (pattern->words[i] & ~PATTERN_WRITE) >= from)
            return true;
    return false;
}
