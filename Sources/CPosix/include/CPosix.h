// What glibc declares only under _GNU_SOURCE, which Swift's Glibc module is built without, and what
// is variadic, which Swift cannot call. The prototypes are glibc's own.
#ifndef CPOSIX_H
#define CPOSIX_H

#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef POSIX_SPAWN_SETSID
#define POSIX_SPAWN_SETSID 0x80
#endif

#ifndef FALLOC_FL_KEEP_SIZE
#define FALLOC_FL_KEEP_SIZE 1
#endif

#ifndef MFD_CLOEXEC
#define MFD_CLOEXEC 1U
#endif

#ifndef SYNC_FILE_RANGE_WRITE
#define SYNC_FILE_RANGE_WRITE 2
#endif

#ifndef FICLONE
#define FICLONE _IOW(0x94, 9, int)
#endif

/* O_TMPFILE, a file without a name in the directory that is opened; it holds O_DIRECTORY, whose value
   depends on the machine. */
#if defined(__aarch64__) || defined(__arm__)
static const int nameless_file = 020000000 | 040000;
#else
static const int nameless_file = 020000000 | 0200000;
#endif

#ifndef F_SETPIPE_SZ
#define F_SETPIPE_SZ 1031
#endif

#ifndef F_GETPIPE_SZ
#define F_GETPIPE_SZ 1032
#endif

int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
int setresuid(uid_t real, uid_t effective, uid_t saved);
int setresgid(gid_t real, gid_t effective, gid_t saved);
int pipe2(int ends[2], int flags);
int sync_file_range(int file, off_t offset, off_t count, unsigned int flags);
int memfd_create(const char *name, unsigned int flags);
ssize_t splice(int in, off_t *in_offset, int out, off_t *out_offset, size_t count,
               unsigned int flags);
ssize_t tee(int in, int out, size_t count, unsigned int flags);
int posix_openpt(int flags);
int grantpt(int terminal);
int unlockpt(int terminal);
int ptsname_r(int terminal, char *name, size_t room);
int fallocate(int file, int mode, off_t offset, off_t length);
int ppoll(struct pollfd *files, nfds_t count, const struct timespec *timeout, const sigset_t *mask);

// Makes an empty file share the blocks of another, where the file system can.
static inline int clone_file(int target, int source) { return ioctl(target, FICLONE, source); }

static inline int become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

// glibc's functions of these names change every thread of the process; the system calls change only
// the calling one. Real ids alone; the effective and saved ones stay as they are.
static inline int take_real_ids(uid_t user, gid_t group, int count, const gid_t *groups) {
  if (syscall(SYS_setgroups, count, groups) != 0) return -1;
  if (syscall(SYS_setresgid, group, -1, -1) != 0) return -1;
  return (int)syscall(SYS_setresuid, user, -1, -1);
}

// A command that leads a session of its own, on a terminal of its own or on none.
struct session_command {
  const char *program;
  char *const *arguments;
  char *const *environment;
  const char *directory;
  // What runs a program that the kernel does not know, a script without its first line.
  char *const *shell_arguments;
  // What the command has as 0, 1 and 2, and what it has as 3; -1 for none.
  int streams[3];
  int kept;
  // The end of a pseudo-terminal that becomes the session's; -1 for none.
  int terminal;
  // Whom it becomes, where `switches` is not 0.
  int switches;
  uid_t user;
  gid_t group;
  int group_count;
  const gid_t *groups;
};

// Starts it: every signal at its default action and none blocked, no other descriptors. It is ended by
// SIGKILL when the calling thread ends first. Answers -1 with errno where it could not be executed.
pid_t start_session_command(const struct session_command *command);

#endif
