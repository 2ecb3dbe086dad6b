/* memory.c -- see memory.h. */
#include "memory.h"

#include "fail.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

/* What one table of page-table entries maps on most machines. */
#define TABLE_REACH ((size_t)2 << 20)

/* Address space that begins where a table of page-table entries does, so that the kernel's
 * windows around a fault lie in the same way each time. */
static char *reserve(size_t size)
{
    char *at = mmap(NULL, size + TABLE_REACH, PROT_NONE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at == MAP_FAILED)
        fail("no address space for %zu bytes:", size);
    return at + (TABLE_REACH - (uintptr_t)at % TABLE_REACH) % TABLE_REACH;
}

static void read_each(const volatile char *at, uint32_t pages, size_t page_size)
{
    for (uint32_t i = 0; i < pages; i++)
        (void)at[page_size * i];
}

static volatile char *map_anon(uint32_t pages, size_t page_size)
{
    const size_t size = page_size * pages;
    char *at = mmap(reserve(size), size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    if (at == MAP_FAILED)
        fail("no anonymous memory of %zu bytes:", size);
    /* Kernels without huge pages refuse the advice, and need none. */
    (void)madvise(at, size, MADV_NOHUGEPAGE);
    read_each(at, pages, page_size);
    return at;
}

static volatile char *map_file(const struct memory_params *params, size_t page_size)
{
    const size_t size = page_size * params->file_pages;
    const int fd =
        open(params->file, (params->file_written ? O_RDWR : O_RDONLY) | O_CLOEXEC);
    if (fd < 0)
        fail("cannot open '%s':", params->file);
    if (lseek(fd, 0, SEEK_END) < (off_t)size)
        fail("'%s' is shorter than %zu bytes", params->file, size);
    char *at =
        mmap(reserve(size), size, PROT_READ | (params->file_written ? PROT_WRITE : 0),
             MAP_SHARED | MAP_FIXED, fd, 0);
    if (at == MAP_FAILED)
        fail("cannot map '%s':", params->file);
    (void)madvise(at, size, MADV_NOHUGEPAGE);
    if (madvise(at, size, MADV_RANDOM) < 0)
        fail("no advice about '%s':", params->file);
    read_each(at, params->file_pages, page_size);
    if (fsync(fd) < 0 || madvise(at, size, MADV_DONTNEED) < 0 ||
        posix_fadvise(fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
        fail("cannot drop '%s' from the page cache:", params->file);
    if (params->read_ahead && madvise(at, size, MADV_NORMAL) < 0)
        fail("no advice about '%s':", params->file);
    close(fd);
    return at;
}

void memory_map(struct memory *memory, const struct memory_params *params)
{
    *memory = (struct memory){.anon_pages = params->anon_pages,
                              .page_size = (size_t)sysconf(_SC_PAGESIZE)};
    if (params->anon_pages > 0)
        memory->anon = map_anon(params->anon_pages, memory->page_size);
    if (params->file_pages > 0)
        memory->file = map_file(params, memory->page_size);
}

void memory_drop(const struct memory *memory, uint32_t file_pages)
{
    if (memory->anon)
        madvise((void *)memory->anon, memory->page_size * memory->anon_pages,
                MADV_DONTNEED);
    if (memory->file)
        madvise((void *)memory->file, memory->page_size * file_pages, MADV_DONTNEED);
}
