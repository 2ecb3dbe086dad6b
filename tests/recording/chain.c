/* chain.c N -- replaces itself by itself N times; the last one ends with status 7.  One exec
 * of each image fails first. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    const int left = argc > 1 ? atoi(argv[1]) : 0;
    char next[16];
    if (left == 0)
        return 7;
    execl("/nowhere/at/all", "nothing", (char *)NULL);
    snprintf(next, sizeof next, "%d", left - 1);
    execl(argv[0], argv[0], next, (char *)NULL);
    return 1;
}
