/* content.c -- see content.h. */
#include "pager/content.h"

#include <assert.h>
#include <stdlib.h>

enum { FILE_PAGE_BITS = 40 };

void contents_init(struct contents *contents)
{
    *contents = (struct contents){.free = CONTENT_NONE};
}

void contents_release(struct contents *contents)
{
    free(contents->all);
    map_release(&contents->files);
    contents_init(contents);
}

static enum status new_content(struct contents *contents, content_t *out, struct error *err)
{
    if (contents->free != CONTENT_NONE) {
        *out = contents->free;
        contents->free = (content_t)contents->all[*out].file_page;
    } else {
        if (contents->n == contents->capacity) {
            const size_t capacity = contents->capacity ? 2 * contents->capacity : 1024;
            struct content *all = realloc(contents->all, capacity * sizeof *all);
            if (!all)
                return error_nomem(err);
            contents->all = all;
            contents->capacity = capacity;
        }
        *out = contents->n++;
    }
    contents->all[*out] = (struct content){
        .frame = PFN_NONE, .slot = SLOT_NONE, .file = FILE_NONE, .ghost = PFN_NONE};
    return OK;
}

enum status contents_add(struct contents *contents, content_t *out, page_t page,
                         struct error *err)
{
    const enum status status = new_content(contents, out, err);
    if (status != OK)
        return status;
    contents->all[*out].refs = 1;
    contents->all[*out].page = page;
    return OK;
}

static uint64_t file_key(uint32_t file, uint64_t file_page)
{
    assert(file >> (64 - FILE_PAGE_BITS) == 0 && file_page >> FILE_PAGE_BITS == 0);
    return (uint64_t)file << FILE_PAGE_BITS | file_page;
}

content_t contents_find_file(const struct contents *contents, uint32_t file,
                             uint64_t file_page)
{
    return map_get(&contents->files, file_key(file, file_page));
}

enum status contents_of_file(struct contents *contents, content_t *out, uint32_t file,
                             uint64_t file_page, struct error *err)
{
    *out = contents_find_file(contents, file, file_page);
    if (*out != CONTENT_NONE)
        return OK;
    const enum status status = new_content(contents, out, err);
    if (status != OK)
        return status;
    contents->all[*out].file = file;
    contents->all[*out].file_page = file_page;
    contents->all[*out].saved = true;
    const uint64_t key = file_key(file, file_page);
    return map_get_or_add(&contents->files, key, *out, err) == MAP_ABSENT ? ERR_NOMEM : OK;
}

void contents_remove(struct contents *contents, content_t content)
{
    struct content *c = &contents->all[content];
    assert(c->file == FILE_NONE && c->frame == PFN_NONE && c->slot == SLOT_NONE);
    c->file_page = contents->free;
    c->refs = 0;
    contents->free = content;
}
