/* images.h -- all images of a recording: which ring is whose, and what happens to them from
 * round to round. */
#ifndef FAULTLINE_RECORD_IMAGES_H
#define FAULTLINE_RECORD_IMAGES_H

#include "record/image.h"

/* Give rings that have been found to their images, and begin those that are exec'd: of the
 * list those are taken that could be, others wait for what their parents have to say. */
MUST_CHECK enum status images_attach(struct session *session, struct ring **rings,
                                     struct error *err);

/* Decode a chunk of each image that has one; *worked: there was one.  END as
 * decode_chunk(). */
MUST_CHECK enum status images_decode(struct session *session, bool *worked,
                                     struct error *err);

/* End the images whose processes have ended, once nothing more can come of them: of the
 * rings some may still be theirs.  program_status: exit status of the program, -1 as long as
 * it is not known. */
void images_conclude(struct session *session, const struct ring *rings, int program_status);

/* From now on references are kept: begin the traces of all images with what they are. */
MUST_CHECK enum status images_begin_traces(struct session *session, struct error *err);

#endif
