/* Kills the process that it is preloaded into, by SIGKILL, right before the file operation with a chosen number.
 *
 * Operations are those that change a file or a name below a folder, in whatever library: what Java writes, and what
 * SQLite writes. Environment:
 *
 *   KILL_BELOW   the folder
 *   KILL_AT      the number of the operation, from 1 on; 0 for none
 *   KILL_COUNT   a file to which a process that ends writes how many operations there were
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long count;

static long number(const char *name) {
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static int is_below(const char *path) {
    const char *folder = getenv("KILL_BELOW");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

static void operation(int counts) {
    if (counts && atomic_fetch_add(&count, 1) + 1 == number("KILL_AT")) {
        kill(getpid(), SIGKILL);
        for (;;) pause();
    }
}

static void on_path(const char *path) {
    int before = errno;
    operation(is_below(path));
    errno = before;
}

static void on_file(int file) {
    int before = errno;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = readlink(link, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    operation(is_below(path));
    errno = before;
}

__attribute__((destructor)) static void tell(void) {
    const char *path = getenv("KILL_COUNT");
    FILE *file = path ? fopen(path, "w") : 0;
    if (file) {
        fprintf(file, "%ld\n", atomic_load(&count));
        fclose(file);
    }
}

/* The function of this name that would be called without this library. */
#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

#define ON_FILE(result, name, parameters, arguments) \
    result name parameters {                         \
        on_file(file);                               \
        return NEXT(name) arguments;                 \
    }

#define ON_PATH(result, name, parameters, arguments) \
    result name parameters {                         \
        on_path(path);                               \
        return NEXT(name) arguments;                 \
    }

ON_FILE(ssize_t, write, (int file, const void *bytes, size_t size), (file, bytes, size))
ON_FILE(ssize_t, writev, (int file, const struct iovec *parts, int n), (file, parts, n))
ON_FILE(ssize_t, pwrite, (int file, const void *bytes, size_t size, off_t at), (file, bytes, size, at))
ON_FILE(ssize_t, pwrite64, (int file, const void *bytes, size_t size, off64_t at), (file, bytes, size, at))
ON_FILE(int, fsync, (int file), (file))
ON_FILE(int, fdatasync, (int file), (file))
ON_FILE(int, ftruncate, (int file, off_t size), (file, size))
ON_FILE(int, ftruncate64, (int file, off64_t size), (file, size))
ON_PATH(int, rename, (const char *path, const char *other), (path, other))
ON_PATH(int, unlink, (const char *path), (path))
ON_PATH(int, rmdir, (const char *path), (path))
ON_PATH(int, mkdir, (const char *path, mode_t mode), (path, mode))

/* Only what makes a file counts. */
#define ON_OPEN(name)                                            \
    int name(const char *path, int flags, ...) {                 \
        va_list more;                                            \
        va_start(more, flags);                                   \
        mode_t mode = flags & O_CREAT ? va_arg(more, mode_t) : 0; \
        va_end(more);                                            \
        if (flags & O_CREAT) on_path(path);                      \
        return NEXT(name)(path, flags, mode);                    \
    }

ON_OPEN(open)
ON_OPEN(open64)
