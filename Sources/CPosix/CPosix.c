#define _GNU_SOURCE
#include "CPosix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

// The child's number of the pipe by which it tells why it could not be executed.
enum { fault_number = 4 };

// Everything here runs between fork and exec, in a copy of a process with threads: system calls only.

// `fault` is where that pipe is, also afterwards.
static int place_descriptors(const struct session_command *command, int *fault) {
  const int wanted[5] = {command->streams[0], command->streams[1], command->streams[2],
                         command->kept, *fault};
  int moved[5];
  for (int i = 0; i < 5; i++) {
    moved[i] = wanted[i] < 0 ? -1 : fcntl(wanted[i], F_DUPFD_CLOEXEC, fault_number + 1);
    if (wanted[i] >= 0 && moved[i] < 0) return -1;
  }
  *fault = moved[4];
  for (int i = 0; i < 5; i++) {
    if (moved[i] < 0) {
      close(i);
    } else if (dup2(moved[i], i) < 0) {
      return -1;
    }
  }
  *fault = fault_number;
  closefrom(fault_number + 1);
  return fcntl(fault_number, F_SETFD, FD_CLOEXEC);
}

static int become(const struct session_command *command) {
  if (!command->switches) return 0;
  if (syscall(SYS_setgroups, command->group_count, command->groups) != 0) return -1;
  if (syscall(SYS_setresgid, command->group, command->group, command->group) != 0) return -1;
  return (int)syscall(SYS_setresuid, command->user, command->user, command->user);
}

static void reset_signals(void) {
  struct sigaction standard = {.sa_handler = SIG_DFL};
  for (int number = 1; number < NSIG; number++) sigaction(number, &standard, NULL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, NULL);
}

static int execute(const struct session_command *command, int *fault, pid_t parent) {
  if (setsid() < 0) return -1;
  if (command->terminal >= 0 && ioctl(command->terminal, TIOCSCTTY, 0) != 0) return -1;
  if (place_descriptors(command, fault) != 0 || become(command) != 0) return -1;
  // After the switch, which would take it back.
  if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return -1;
  if (getppid() != parent) _exit(127);
  if (chdir(command->directory) != 0) return -1;
  reset_signals();
  execve(command->program, command->arguments, command->environment);
  if (errno == ENOEXEC) execve("/bin/sh", command->shell_arguments, command->environment);
  return -1;
}

pid_t start_session_command(const struct session_command *command) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  pid_t parent = getpid();
  pid_t child = fork();
  if (child == 0) {
    int fault = ends[1];
    execute(command, &fault, parent);
    int code = errno;
    ssize_t told = write(fault, &code, sizeof code);
    (void)told;
    _exit(127);
  }
  int code = child < 0 ? errno : 0;
  close(ends[1]);
  if (child > 0) {
    ssize_t count;
    do count = read(ends[0], &code, sizeof code); while (count < 0 && errno == EINTR);
    if (count != sizeof code) code = 0;
    if (code != 0) waitpid(child, NULL, 0);
  }
  close(ends[0]);
  errno = code;
  return code == 0 ? child : -1;
}
