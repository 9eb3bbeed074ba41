// What glibc declares only under _GNU_SOURCE, which Swift's Glibc module is built without, and what
// is variadic, which Swift cannot call. The prototypes are glibc's own.
#ifndef CPOSIX_H
#define CPOSIX_H

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/ioctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
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

/* O_PATH, which finds a file and neither opens it nor wakes what may be behind it. */
static const int found_only = 010000000;

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

// Sets both the soft and the hard limit of another process; not above the hard limit that it has.
static inline int limit_process(pid_t process, int resource, unsigned long most) {
  struct rlimit limit;
  if ((int)syscall(SYS_prlimit64, process, resource, NULL, &limit) != 0) return -1;
  if (limit.rlim_max > most) limit.rlim_max = most;
  limit.rlim_cur = limit.rlim_max;
  return (int)syscall(SYS_prlimit64, process, resource, &limit, NULL);
}

// Ids that were changed without executing a program make a process that its new account cannot trace;
// this makes sure of it, and that no program which it executes gets more rights than it has.
static inline int keep_rights_low(void) {
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return -1;
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

// Sends bytes, and a descriptor with them unless it is negative. The macros of control messages cannot
// be called from Swift.
static inline ssize_t send_with_descriptor(int to, const void *bytes, size_t count, int descriptor) {
  struct iovec part = {(void *)bytes, count};
  union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control;
  struct msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  if (descriptor >= 0) {
    memset(&control, 0, sizeof control);
    message.msg_control = control.room;
    message.msg_controllen = sizeof control.room;
    struct cmsghdr *head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(sizeof(int));
    memcpy(CMSG_DATA(head), &descriptor, sizeof(int));
  }
  return sendmsg(to, &message, MSG_NOSIGNAL);
}

// Receives bytes, and a descriptor where one came with them; else that is -1.
static inline ssize_t receive_with_descriptor(int from, void *bytes, size_t count, int *descriptor) {
  struct iovec part = {bytes, count};
  union { struct cmsghdr head; char room[CMSG_SPACE(sizeof(int))]; } control;
  struct msghdr message;
  memset(&message, 0, sizeof message);
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.room;
  message.msg_controllen = sizeof control.room;
  *descriptor = -1;
  ssize_t got = recvmsg(from, &message, MSG_CMSG_CLOEXEC);
  if (got < 0) return got;
  struct cmsghdr *head = CMSG_FIRSTHDR(&message);
  if (head && head->cmsg_level == SOL_SOCKET && head->cmsg_type == SCM_RIGHTS)
    memcpy(descriptor, CMSG_DATA(head), sizeof(int));
  return got;
}

// SQLite's own function, which is variadic: names that begin with "file:" are URIs from now on.
int sqlite3_config(int option, ...);
static inline int enable_sqlite_uris(void) { return sqlite3_config(17, 1); }

// open(2) with the arguments that SQLite calls it with.
static inline int open_file(const char *path, int flags, int mode) { return open(path, flags, mode); }

// Takes this process to a mount namespace of its own; what is mounted in it is nobody else's.
static inline int separate_mounts(void) {
  if (syscall(SYS_unshare, 0x20000 /* CLONE_NEWNS */) != 0) return -1;
  return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

// Mounts an open directory on its path, with all that is mounted below it read-only, without devices and
// without following any symbolic link (Linux 5.12), and goes there.
static inline int enclose_directory(int directory, const char *path) {
  struct { unsigned long long set, clear, propagation, namespace_file; } change = {
      0x200000 /* nosymfollow */ | 0x4 /* nodev */ | 0x1 /* rdonly */, 0, 0, 0};
  char source[32];
  snprintf(source, sizeof source, "/proc/self/fd/%d", directory);
  if (mount(source, path, NULL, MS_BIND | MS_REC, NULL) != 0) return -1;
  int top = open(path, 010000000 | O_CLOEXEC); /* O_PATH */
  if (top < 0) return -1;
  int done = (int)syscall(442 /* mount_setattr */, top, "", 0x1000 | 0x8000 /* of the whole tree */,
                          &change, sizeof change);
  if (done == 0) done = fchdir(top);
  close(top);
  return done;
}

static inline int become_subreaper(void) { return prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); }

struct process_limit {
  int resource;
  unsigned long most;
};

// A command that is started with other rights than ours, or on a terminal of its own.
struct session_command {
  const char *program;
  char *const *arguments;
  char *const *environment;
  // Where it runs; NULL for where we are.
  const char *directory;
  // What runs a program that the kernel does not know, a script without its first line; NULL for nothing.
  char *const *shell_arguments;
  // What the command has as 0, 1, 2 and so on; -1 for none.
  int descriptor_count;
  const int *descriptors;
  // Whether it leads a session of its own.
  int starts_session;
  // Whether SIGKILL ends it when the calling thread ends first.
  int ends_with_caller;
  // The end of a pseudo-terminal that becomes the session's; -1 for none.
  int terminal;
  // What it may use of the machine, before its first instruction.
  int limit_count;
  const struct process_limit *limits;
  // Whom it becomes, where `switches` is not 0.
  int switches;
  uid_t user;
  gid_t group;
  int group_count;
  const gid_t *groups;
};

// Starts it: every signal at its default action and none blocked, no other descriptors. Only the child ever
// has an id of the account: a task of ours that had one, even a thread and for a moment, could be ended by
// that account's processes (kill(2): the sender's id equals the real or saved one, and takes a thread's
// number, too). Answers -1 with errno where it could not be executed.
pid_t start_session_command(const struct session_command *command);

#endif
