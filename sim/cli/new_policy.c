/* new_policy.c -- `faultline new policy`: a policy to start from, with what builds and tests
 * it. */
#include "base/file.h"
#include "cli/command.h"
#include "pager/policies.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_MAX_BYTES = 60, PATH_BYTES = PATH_MAX + 128 };

static int run(int argc, char **argv);

const struct command command_new_policy = {
    .name = "new policy",
    .summary = "write a replacement policy to start from",
    .help =
        "usage: faultline new policy NAME [FOLDER]\n"
        "\n"
        "Writes into FOLDER (default: NAME in the current folder) a small complete "
        "policy,\n"
        "NAME.c, with comments; CMakeLists.txt, which builds NAME.so; and test.sh, which\n"
        "needs no CMake: it compiles the policy, checks that it keeps the contract of\n"
        "faultline/policy.h, and runs an example worked by hand.  Nothing is overwritten.\n"
        "\n"
        "Then: policy: ./NAME/NAME.so in an experiment, or --policy ./NAME/NAME.so.\n"
        "\n"
        "Example: faultline new policy my-policy && my-policy/test.sh\n",
    .run = run,
};

/* The files of new_policy/, in the order in which CMakeLists.txt names them. */
extern const char *const *const new_policy_texts[];

/* What stands for the words between two '@'. */
struct words {
    char name[NAME_MAX_BYTES + 1], symbol[NAME_MAX_BYTES + 1];
    char bin[PATH_BYTES]; /* the program's folder                                        */
    /* The source tree or the installation that the program belongs to, if there is one. */
    char source[PATH_BYTES], prefix[PATH_BYTES];
    char include[PATH_BYTES], include2[PATH_BYTES];
};

/* True if the folder, seen from the program's, has the header; out is where it is. */
static bool find_root(char out[PATH_BYTES], const struct words *words, const char *folder)
{
    char path[2 * PATH_BYTES], header[2 * PATH_BYTES + 64], real[PATH_MAX];
    snprintf(path, sizeof path, "%s/%s", words->bin, folder);
    snprintf(header, sizeof header, "%s/include/faultline/policy.h", path);
    if (access(header, R_OK) != 0 || !realpath(path, real))
        return false;
    snprintf(out, PATH_BYTES, "%s", real);
    return true;
}

/* Where the headers are: relative to the program's folder in an installation and in a build
 * tree. */
static void find_places(struct words *words)
{
    const ssize_t length = readlink("/proc/self/exe", words->bin, PATH_MAX - 1);
    words->bin[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(words->bin, '/');
    if (slash)
        *slash = '\0';
    const char *second = "";
    const char *root = words->source;
    if (find_root(words->prefix, words, "..")) {
        root = words->prefix;
        second = "include/faultline";
    } else if (find_root(words->source, words, "../../..")) {
        second = "sim";
    }
    snprintf(words->include, PATH_BYTES, "%.*s/include", PATH_MAX, root);
    snprintf(words->include2, PATH_BYTES, "%.*s/%s", PATH_MAX, root, second);
}

static enum status set_name(struct words *words, const char *name, struct error *err)
{
    const size_t length = strlen(name);
    if (length > NAME_MAX_BYTES || name[0] < 'a' || name[0] > 'z' ||
        strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") != length)
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "'%s' cannot be the name of a policy: it is made of lower-case "
                         "letters, digits and '-', with a letter first",
                         name);
    if (policy_find(name))
        return error_set(err, ERR_CONFIG, at_nowhere(),
                         "there is a policy '%s' already; another name is needed", name);
    snprintf(words->name, sizeof words->name, "%s", name);
    snprintf(words->symbol, sizeof words->symbol, "%s", name);
    for (char *c = words->symbol; *c; c++)
        if (*c == '-')
            *c = '_';
    return OK;
}

/* The word between '@' at which *line stands, which goes on behind it; NULL: none. */
static const char *take_word(const struct words *words, const char **line)
{
    const struct {
        const char *word, *value;
    } known[] = {
        {"@NAME@", words->name},         {"@SYMBOL@", words->symbol},
        {"@BIN@", words->bin},           {"@SOURCE@", words->source},
        {"@PREFIX@", words->prefix},     {"@INCLUDE@", words->include},
        {"@INCLUDE2@", words->include2},
    };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        const size_t length = strlen(known[i].word);
        if (strncmp(*line, known[i].word, length) == 0) {
            *line += length;
            return known[i].value;
        }
    }
    return NULL;
}

static void write_line(FILE *out, const char *line, const struct words *words)
{
    while (*line) {
        const char *value = *line == '@' ? take_word(words, &line) : NULL;
        if (value)
            fputs(value, out);
        else
            fputc(*line++, out);
    }
}

static enum status write_text(const char *path, const char *const *lines,
                              const struct words *words, struct error *err)
{
    struct file_writer writer;
    const enum status status = file_create(&writer, path, err);
    if (status != OK)
        return status;
    for (; *lines; lines++)
        write_line(writer.stream, *lines, words);
    return file_commit(&writer, err);
}

enum { FILES = 3 };

static enum status check_absent(char paths[FILES][PATH_BYTES], struct error *err)
{
    for (size_t i = 0; i < FILES; i++)
        if (access(paths[i], F_OK) == 0)
            return error_set(err, ERR_CONFIG, at_file(paths[i]),
                             "is there already, and nothing is overwritten");
    return OK;
}

static enum status write_all(const char *folder, const struct words *words,
                             struct error *err)
{
    char paths[FILES][PATH_BYTES];
    if (strlen(folder) >= PATH_MAX)
        return error_set(err, ERR_CONFIG, at_nowhere(), "the folder's name is too long");
    snprintf(paths[0], PATH_BYTES, "%s/%s.c", folder, words->name);
    snprintf(paths[1], PATH_BYTES, "%s/CMakeLists.txt", folder);
    snprintf(paths[2], PATH_BYTES, "%s/test.sh", folder);
    enum status status = file_make_folder(folder, err);
    if (status == OK)
        status = check_absent(paths, err);
    for (size_t i = 0; i < FILES && status == OK; i++)
        status = write_text(paths[i], new_policy_texts[i], words, err);
    if (status == OK)
        chmod(paths[2], 0755);
    for (size_t i = 0; i < FILES && status == OK; i++)
        puts(paths[i]);
    return status;
}

static enum status no_option(void *context, int option, struct error *err)
{
    (void)context;
    (void)option;
    (void)err;
    return OK;
}

static int run(int argc, char **argv)
{
    static const struct option options[] = {{"help", no_argument, NULL, 'h'}, {0}};
    struct words words = {0};
    struct error err;
    int status;
    if (!command_options(&command_new_policy, argc, argv, options, no_option, NULL,
                         &status))
        return status;
    if (argc - optind < 1 || argc - optind > 2)
        return command_usage(&command_new_policy, "a name is needed, and perhaps a folder");
    const char *name = argv[optind];
    const char *folder = argv[optind + 1] ? argv[optind + 1] : name;
    if (set_name(&words, name, &err) != OK)
        return command_fail(&err);
    find_places(&words);
    if (write_all(folder, &words, &err) != OK)
        return command_fail(&err);
    return command_close_output(EXIT_DONE);
}
