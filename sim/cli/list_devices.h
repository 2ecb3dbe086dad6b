/* list_devices.h -- `faultline list devices`. */
#ifndef FAULTLINE_CLI_LIST_DEVICES_H
#define FAULTLINE_CLI_LIST_DEVICES_H

#include <stdbool.h>

/* Print the models and the presets of devices, or those of one name, in full with all that
 * is known; false if there is none of that name.  A preset that cannot be read is listed with
 * what is wrong. */
bool list_devices(const char *name, bool in_full);

#endif
