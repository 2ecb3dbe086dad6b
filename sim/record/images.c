/* images.c -- see images.h. */
#include "record/images.h"

/* --- rings -------------------------------------------------------------------------------- */

static struct image *find_image(struct session *session, uint32_t pid)
{
    for (struct image *image = session->images; image; image = image->next)
        if (image->pid == pid)
            return image;
    return NULL;
}

/* The image that is replaced by that of the ring goes, and the new one comes. */
static enum status replace_image(struct image *old, struct ring *ring, struct error *err)
{
    struct image *image;
    enum status status = image_begin(&image, old->session, NULL, ring->pid, err);
    if (status != OK)
        return status;
    const struct vm_op exec = {
        .kind = VM_EXEC, .file = VM_ANONYMOUS, .stream = image->stream};
    image_end(old, old->trace ? &exec : NULL);
    return image_attach(image, ring, err);
}

/* A child whose parent has not told of it yet. */
static enum status begin_early(struct image *parent, struct ring *ring, struct error *err)
{
    struct image *image;
    enum status status = image_begin(&image, parent->session, parent, ring->pid, err);
    if (status != OK)
        return status;
    const struct early_child child = {
        .parent = parent->pid, .pid = ring->pid, .stream = image->stream};
    status = session_note_child(parent->session, &child, err);
    return status == OK ? image_attach(image, ring, err) : status;
}

/* Have nobody wait for the reader of a ring whose image nobody knows: its parent was killed
 * before it could tell what they share. */
static void pass_over(struct ring *ring)
{
    ring->passed_over = true;
    const uint64_t *words;
    uint32_t n;
    while (ring_chunk(ring, &words, &n))
        ring_done(ring);
}

/* A ring that came before this one and waits may become the image that this one's replaces,
 * or was forked from: a reader that is slow finds several of one process at once. */
static bool is_expected(const struct ring *rings, const struct ring *ring)
{
    const uint32_t pid = ring->parent ? ring->parent : ring->pid;
    for (; rings != ring; rings = rings->next)
        if (rings->pid == pid && !rings->passed_over)
            return true;
    return false;
}

/* Find the ring's image; *taken: it has one, or the ring is over. */
static enum status attach(struct session *session, const struct ring *rings,
                          struct ring *ring, bool *taken, struct error *err)
{
    *taken = true;
    struct image *same = find_image(session, ring->pid);
    if (same && !same->ring)
        return image_attach(same, ring, err);
    if (same && same->execing && ring->parent == 0) {
        const uint64_t *words;
        uint32_t n;
        *taken = !ring_chunk(same->ring, &words, &n);
        return *taken ? replace_image(same, ring, err) : OK;
    }
    struct image *parent = ring->parent ? find_image(session, ring->parent) : NULL;
    if (!same && parent && parent->ring &&
        (int32_t)(parent->ring->consumed - ring->forked_at) >= 0)
        return begin_early(parent, ring, err);
    const bool unknown = !same && !parent && !is_expected(rings, ring);
    if (unknown)
        pass_over(ring);
    *taken = unknown && ring_is_over(ring);
    if (*taken)
        ring_free(ring);
    return OK;
}

enum status images_attach(struct session *session, struct ring **rings, struct error *err)
{
    enum status status = OK;
    for (struct ring **at = rings; *at && status == OK;) {
        struct ring *ring = *at, *next = ring->next;
        bool taken;
        status = attach(session, *rings, ring, &taken, err);
        if (taken)
            *at = next;
        else
            at = &ring->next;
    }
    return status;
}

/* --- chunks ------------------------------------------------------------------------------- */

enum status images_decode(struct session *session, bool *worked, struct error *err)
{
    enum status status = OK;
    *worked = false;
    for (struct image *image = session->images; image && status == OK;
         image = image->next) {
        const uint64_t *words;
        uint32_t n;
        if (!image->ring || !ring_chunk(image->ring, &words, &n))
            continue;
        status = decode_chunk(&image->decoder, words, n, err);
        ring_done(image->ring);
        *worked = true;
    }
    return status;
}

/* --- ends --------------------------------------------------------------------------------- */

static bool has_ring(const struct ring *rings, uint32_t pid)
{
    for (; rings; rings = rings->next)
        if (rings->pid == pid)
            return true;
    return false;
}

/* Has the image come to its end?  One without a ring is asked twice, with a look at the rings
 * in between, for its process may have made one just before it went. */
static bool is_over(struct image *image, const struct ring *rings)
{
    if (has_ring(rings, image->pid))
        return false;
    if (image->ring && !image->execing)
        return ring_is_over(image->ring);
    const bool gone = process_is_gone(image->ring ? image->ring->process : image->process);
    const bool over = gone && image->missing;
    image->missing = gone;
    return over;
}

void images_conclude(struct session *session, const struct ring *rings, int program_status)
{
    session->ring_missing = session->program_ends = false;
    for (struct image *image = session->images, *next; image; image = next) {
        next = image->next;
        const bool program = image->pid == (uint32_t)session->program;
        const bool over = is_over(image, rings);
        session->ring_missing |= image->missing;
        session->program_ends |= over && program;
        if (!over || (program && program_status < 0))
            continue;
        const struct vm_op last = {
            .kind = VM_EXIT,
            .file = VM_ANONYMOUS,
            .stream = program ? 1 + (uint32_t)program_status : image->status,
        };
        image_end(image, &last);
    }
}

/* --- traces of images that are under way -------------------------------------------------- */

/* The image's trace begins with what it is: a name, regions, threads.  One that is started by
 * another one's FORK begins without the other's regions. */
static enum status describe(struct image *image, struct error *err)
{
    struct session *session = image->session;
    static const struct vm_op clear = {.kind = VM_EXEC, .file = VM_ANONYMOUS};
    static const struct vm_op name = {.kind = VM_NAME};
    enum status status = image->stream > 0 ? image_op(image, &clear, NULL, err) : OK;
    if (status == OK && image->command) {
        status = image_op(image, &name, image->command, err);
        if (status == OK)
            status = session_name(session, image->stream, image->command, err);
    }
    for (size_t i = 0; i < image->mapped.n && status == OK; i++)
        status = image_op(image, &image->mapped.regions[i].map,
                          image->mapped.regions[i].file, err);
    mapped_release(&image->mapped);
    for (size_t i = 0; i < image->nthreads && status == OK; i++) {
        struct image_thread *thread = &image->threads[i];
        thread->stream = 0;
        if (thread->number == image->thread || thread->gone)
            continue;
        status = session_add_thread(session, image->stream, &thread->stream, err);
        const struct vm_op start = {
            .kind = VM_THREAD, .file = VM_ANONYMOUS, .stream = thread->stream};
        if (status == OK)
            status = image_op(image, &start, NULL, err);
        if (status == OK && thread->name)
            status = session_name(session, thread->stream, thread->name, err);
    }
    return status;
}

static struct image *first_image(struct session *session)
{
    for (struct image *image = session->images; image; image = image->next)
        if (image->pid == (uint32_t)session->program)
            return image;
    return session->images;
}

enum status images_begin_traces(struct session *session, struct error *err)
{
    struct image *first = first_image(session);
    enum status status = image_open_trace(first, err);
    if (status == OK)
        status = describe(first, err);
    for (struct image *image = session->images; image && status == OK;
         image = image->next) {
        if (image == first)
            continue;
        status = image_open_trace(image, err);
        const struct vm_op fork = {
            .kind = VM_FORK, .file = VM_ANONYMOUS, .stream = image->stream};
        if (status == OK)
            status = image_op(first, &fork, NULL, err);
        if (status == OK)
            status = describe(image, err);
    }
    return status;
}
