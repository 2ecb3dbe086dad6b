/* tlb_name.c -- see tlb_name.h. */
#include "experiment/tlb_name.h"

#include "machine/mmu.h"

#include <assert.h>
#include <string.h>

static bool is_suffix(const char *text, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";
    bool good = length >= 2 && text[0] == '-' && text[length - 1] != '-';
    for (size_t i = 1; i < length && good; i++)
        good = text[i] && strchr(letters, text[i]) != NULL;
    return good;
}

bool tlb_name_read(struct tlb_name *name, const char *text, size_t length)
{
    if (length < 2 || length > TLB_NAME_MAX || text[0] != 'l' || text[1] < '1' ||
        text[1] > '0' + MMU_LEVELS_MAX)
        return false;
    size_t read = 2;
    const char stream = length > read ? text[read] : '\0';
    if (stream == 'i' || stream == 'd')
        read++;
    name->level = (unsigned)(text[1] - '0');
    name->streams[0] = stream != 'd';
    name->streams[1] = stream != 'i';
    return read == length || is_suffix(text + read, length - read);
}

/* Instructions, data, both. */
static int rank(const struct tlb_name *name)
{
    return name->streams[0] && name->streams[1] ? 2 : name->streams[1] ? 1 : 0;
}

int tlb_name_compare(const char *a, const char *b)
{
    struct tlb_name x = {0}, y = {0};
    const bool good = tlb_name_read(&x, a, strlen(a)) && tlb_name_read(&y, b, strlen(b));
    assert(good);
    (void)good;
    if (x.level != y.level)
        return x.level < y.level ? -1 : 1;
    if (rank(&x) != rank(&y))
        return rank(&x) - rank(&y);
    return strcmp(a, b);
}
