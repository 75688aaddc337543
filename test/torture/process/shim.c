/*
 * Preloaded into a process (LD_PRELOAD): counts its changes below a folder, and at one of them
 * kills it, tears the write, shortens it, fails it as a disk would, or lets the clock jump.
 *
 * SHIM_PREFIX: the folder. SHIM_CONTROL: a file of CONTROL_BYTES outside of it, which says what to
 * do and is told what was done (shim.ts has the other half of this layout). It is mapped, so what it
 * was told outlives a SIGKILL.
 *
 * Promises: all threads count together; without a plan nothing is changed. Never: follows a handle
 * that came by dup, fork or a socket, sees io_uring or mmap (Holdfast uses neither).
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { OPEN_READ = 0, OPEN_WRITE, WRITE, SYNC, RENAME, LINK, UNLINK, MKDIR, RMDIR, TRUNCATE };
enum { NOTHING = 0, KILL, TEAR, SHORT, FAIL, DROP, JUMP };

enum { CONTROL_BYTES = 1024 + 8 * 8192, LOG_MAX = 8192, FD_MAX = 4096, PATH_AT = 256, LOG_AT = 1024 };

struct control {
  /* Which operations count, as bits; which of them is meant (1 is the first, 0 none). */
  int64_t mask, at, action, arg;
  /* Bits of what fails from then on, too. */
  int64_t sticky;
  /* What statfs says of the folder; 0: the truth. */
  int64_t magic;
  /* By how many milliseconds the wall clock is wrong; a JUMP adds `arg` to it. */
  _Atomic int64_t skew_ms;
  int64_t reserved;
  /* Told: operations counted, how often one was hit, the kind of the first that was. */
  _Atomic int64_t count, hits;
  int64_t kind;
};
struct entry { int32_t kind, bytes; };

static struct control *control;
static char prefix[PATH_MAX];
static size_t prefix_length;
static struct { char tracked; dev_t device; ino_t inode; int64_t synced; } fds[FD_MAX];

#define REAL(name) \
  static __typeof__(name) *real; \
  if (!real) real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

__attribute__((constructor)) static void begin(void) {
  const char *file = getenv("SHIM_CONTROL"), *folder = getenv("SHIM_PREFIX");
  if (!file || !folder || strlen(folder) >= sizeof prefix) return;
  int fd = (int)openat(AT_FDCWD, file, O_RDWR | O_CLOEXEC);
  if (fd < 0) return;
  void *map = mmap(NULL, CONTROL_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  if (map == MAP_FAILED) return;
  strcpy(prefix, folder);
  prefix_length = strlen(prefix);
  control = map;
}

static int inside(const char *path) {
  if (!control || !path || strncmp(path, prefix, prefix_length)) return 0;
  return path[prefix_length] == '/' || path[prefix_length] == 0;
}

/* libuv closes by a bare system call, so a number may be another handle's by now. */
static int tracked(int fd) {
  struct stat found;
  if (!control || fd < 0 || fd >= FD_MAX || !fds[fd].tracked) return 0;
  if (fstat(fd, &found) == 0 && found.st_ino == fds[fd].inode && found.st_dev == fds[fd].device)
    return 1;
  fds[fd].tracked = 0;
  return 0;
}

static void die(void) {
  kill(getpid(), SIGKILL);
  for (;;) pause();
}

static void tell(int kind, const char *path) {
  if (atomic_fetch_add(&control->hits, 1) > 0) return;
  control->kind = kind;
  size_t length = strnlen(path, LOG_AT - PATH_AT - 1);
  memcpy((char *)control + PATH_AT, path, length);
}

static void tell_fd(int kind, int fd) {
  char link[64], path[PATH_MAX];
  strcpy(link, "/proc/self/fd/");
  char digits[12];
  int length = 0;
  do digits[length++] = (char)('0' + fd % 10); while ((fd /= 10) > 0);
  char *end = link + strlen(link);
  while (length > 0) *end++ = digits[--length];
  *end = 0;
  ssize_t count = readlink(link, path, sizeof path - 1);
  path[count < 0 ? 0 : count] = 0;
  tell(kind, path);
}

/* What is to be done with this operation. */
static int next(int kind, size_t bytes) {
  if (!(control->mask >> kind & 1) || control->at < 0) return NOTHING;
  int64_t count = atomic_fetch_add(&control->count, 1) + 1;
  if (count <= LOG_MAX) {
    struct entry *log = (struct entry *)((char *)control + LOG_AT);
    log[count - 1] = (struct entry){kind, (int32_t)(bytes > INT32_MAX ? INT32_MAX : bytes)};
  }
  if (control->at == 0) return NOTHING;
  if (count == control->at && control->action == JUMP) {
    atomic_fetch_add(&control->skew_ms, control->arg);
    return NOTHING;
  }
  if (count == control->at) return (int)control->action;
  return count > control->at && control->sticky >> kind & 1 ? FAIL : NOTHING;
}

/* Of an operation on a name: 0 to go on, −1 with errno set. */
static int judge(int kind, const char *path) {
  if (!inside(path)) return 0;
  int what = next(kind, 0);
  if (what == NOTHING) return 0;
  tell(kind, path);
  if (what != FAIL) die();
  errno = (int)control->arg;
  return -1;
}

static void track(int fd, const char *path) {
  if (fd < 0 || fd >= FD_MAX) return;
  struct stat found;
  fds[fd].tracked = 0;
  if (!inside(path) || fstat(fd, &found) != 0) return;
  fds[fd].tracked = 1;
  fds[fd].device = found.st_dev;
  fds[fd].inode = found.st_ino;
  fds[fd].synced = found.st_size;
}

static int opening(int flags) {
  return (flags & O_ACCMODE) == O_RDONLY && !(flags & O_CREAT) ? OPEN_READ : OPEN_WRITE;
}

#define OPEN_LIKE(name) \
  int name(const char *path, int flags, ...) { \
    REAL(name); \
    va_list more; \
    va_start(more, flags); \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0; \
    va_end(more); \
    if (judge(opening(flags), path)) return -1; \
    int fd = real(path, flags, mode); \
    track(fd, path); \
    return fd; \
  }
OPEN_LIKE(open)
OPEN_LIKE(open64)

#define SCAN_LIKE(name, dirent) \
  int name(const char *path, struct dirent ***list, int (*wanted)(const struct dirent *), \
           int (*order)(const struct dirent **, const struct dirent **)) { \
    REAL(name); \
    return judge(OPEN_READ, path) ? -1 : real(path, list, wanted, order); \
  }
SCAN_LIKE(scandir, dirent)
SCAN_LIKE(scandir64, dirent64)

int close(int fd) {
  REAL(close);
  if (fd >= 0 && fd < FD_MAX) fds[fd].tracked = 0;
  return real(fd);
}

/* How many bytes of a write to let through; −1: none, errno is set; beyond `bytes`: all. */
static ssize_t allowed(int fd, size_t bytes, int *kills) {
  *kills = 0;
  int what = next(WRITE, bytes);
  if (what == NOTHING) return (ssize_t)bytes;
  tell_fd(WRITE, fd);
  if (what == FAIL) {
    errno = (int)control->arg;
    return -1;
  }
  if (what == KILL) die();
  /* 0, 1, half of it, all but one */
  size_t parts[] = {0, 1, bytes / 2, bytes - 1};
  size_t part = parts[control->arg & 3];
  if (what == SHORT) return (ssize_t)(part < 1 ? 1 : part > bytes ? bytes : part);
  *kills = 1;
  return (ssize_t)(part > bytes ? bytes : part);
}

ssize_t write(int fd, const void *data, size_t bytes) {
  REAL(write);
  if (!tracked(fd)) return real(fd, data, bytes);
  int kills;
  ssize_t part = allowed(fd, bytes, &kills);
  if (part < 0) return -1;
  ssize_t done = part == 0 ? 0 : real(fd, data, (size_t)part);
  if (kills) die();
  return done;
}

ssize_t pwrite64(int fd, const void *data, size_t bytes, off64_t offset) {
  REAL(pwrite64);
  if (!tracked(fd)) return real(fd, data, bytes, offset);
  int kills;
  ssize_t part = allowed(fd, bytes, &kills);
  if (part < 0) return -1;
  ssize_t done = part == 0 ? 0 : real(fd, data, (size_t)part, offset);
  if (kills) die();
  return done;
}

/* Of several buffers the first alone may be torn. */
ssize_t writev(int fd, const struct iovec *parts, int count) {
  REAL(writev);
  if (!tracked(fd)) return real(fd, parts, count);
  return count > 0 ? write(fd, parts[0].iov_base, parts[0].iov_len) : 0;
}

static int64_t length_of(int fd) {
  struct stat found;
  return fstat(fd, &found) == 0 ? found.st_size : 0;
}

/* DROP: what was not yet synced is gone, as on a disk whose pages were thrown away. */
static int syncing(int fd) {
  int what = next(SYNC, 0);
  if (what == NOTHING) return 0;
  tell_fd(SYNC, fd);
  if (what == DROP && ftruncate(fd, fds[fd].synced) != 0) errno = EIO;
  if (what != DROP && what != FAIL) die();
  errno = what == DROP ? EIO : (int)control->arg;
  return -1;
}

#define SYNC_LIKE(name) \
  int name(int fd) { \
    REAL(name); \
    if (!tracked(fd)) return real(fd); \
    if (syncing(fd)) return -1; \
    int done = real(fd); \
    if (done == 0) fds[fd].synced = length_of(fd); \
    return done; \
  }
SYNC_LIKE(fsync)
SYNC_LIKE(fdatasync)

int ftruncate64(int fd, off64_t length) {
  REAL(ftruncate64);
  if (tracked(fd)) {
    int what = next(TRUNCATE, 0);
    if (what != NOTHING) {
      tell_fd(TRUNCATE, fd);
      if (what != FAIL) die();
      errno = (int)control->arg;
      return -1;
    }
  }
  return real(fd, length);
}

int rename(const char *from, const char *to) {
  REAL(rename);
  return judge(RENAME, to) ? -1 : real(from, to);
}

int link(const char *from, const char *to) {
  REAL(link);
  return judge(LINK, to) ? -1 : real(from, to);
}

int unlink(const char *path) {
  REAL(unlink);
  return judge(UNLINK, path) ? -1 : real(path);
}

int mkdir(const char *path, mode_t mode) {
  REAL(mkdir);
  return judge(MKDIR, path) ? -1 : real(path, mode);
}

int rmdir(const char *path) {
  REAL(rmdir);
  return judge(RMDIR, path) ? -1 : real(path);
}

int statfs64(const char *path, struct statfs64 *found) {
  REAL(statfs64);
  int done = real(path, found);
  if (done == 0 && control && control->magic != 0 && inside(path)) found->f_type = control->magic;
  return done;
}

static int64_t skew(void) { return control ? atomic_load(&control->skew_ms) : 0; }

/* The clock of the wall; the one that only ever goes on stays as it is. */
int clock_gettime(clockid_t which, struct timespec *now) {
  REAL(clock_gettime);
  int done = real(which, now);
  int64_t ms = skew();
  if (done == 0 && ms != 0 && (which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE)) {
    int64_t ns = now->tv_nsec + ms % 1000 * 1000000;
    now->tv_sec += ms / 1000 + (ns < 0 ? -1 : ns / 1000000000);
    now->tv_nsec = ns < 0 ? ns + 1000000000 : ns % 1000000000;
  }
  return done;
}

int gettimeofday(struct timeval *now, void *zone) {
  REAL(gettimeofday);
  int done = real(now, zone);
  if (done == 0) now->tv_sec += skew() / 1000;
  return done;
}
