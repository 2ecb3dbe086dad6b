/* device_preset.h -- the parameters of a preset in configs/devices, for tests of the model
 * that it is for. */
#ifndef FAULTLINE_TESTS_DEVICE_PRESET_H
#define FAULTLINE_TESTS_DEVICE_PRESET_H

#include "swap/device.h"

#include <check.h>
#include <stdio.h>
#include <string.h>

/* Presets are flat: `name: value`, with comments. */
static inline void preset_read(const struct device_ops *model, void *params,
                               const char *name)
{
    char path[512], line[256], key[64], value[64];
    snprintf(path, sizeof path, TEST_DATA "/../../configs/devices/%s.yaml", name);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "cannot open %s", path);
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "#\n")] = '\0';
        if (sscanf(line, "%63[^:]: %63[^\n]", key, value) != 2)
            continue;
        size_t length = strlen(value);
        while (length > 0 && value[length - 1] == ' ')
            value[--length] = '\0';
        struct error err;
        if (strcmp(key, "device") == 0)
            ck_assert_str_eq(value, model->name);
        else if (param_set(model->params, params, key, value, name, at_file(path), &err) !=
                 OK)
            ck_abort_msg("%s", err.text);
    }
    fclose(file);
}

#endif
