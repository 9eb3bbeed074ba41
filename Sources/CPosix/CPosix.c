#define _GNU_SOURCE
#include "CPosix.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

// How many descriptors a command may get, and the milliseconds until it has to be executed.
enum { most_descriptors = 16, patience = 60000 };

// Everything here runs between fork and exec, in a copy of a process with threads: system calls only.

// `fault` is where the pipe is by which the child tells why it could not be executed, also afterwards.
static int place_descriptors(const struct session_command *command, int *fault) {
  const int count = command->descriptor_count;
  int moved[most_descriptors + 1];
  for (int i = 0; i <= count; i++) {
    int wanted = i < count ? command->descriptors[i] : *fault;
    moved[i] = wanted < 0 ? -1 : fcntl(wanted, F_DUPFD_CLOEXEC, count + 1);
    if (wanted >= 0 && moved[i] < 0) return -1;
  }
  *fault = moved[count];
  for (int i = 0; i <= count; i++) {
    if (moved[i] < 0) {
      close(i);
    } else if (dup2(moved[i], i) < 0) {
      return -1;
    }
  }
  *fault = count;
  closefrom(count + 1);
  return fcntl(count, F_SETFD, FD_CLOEXEC);
}

static int limit(const struct session_command *command) {
  for (int i = 0; i < command->limit_count; i++)
    if (limit_process(0, command->limits[i].resource, command->limits[i].most) != 0) return -1;
  return 0;
}

static int become(const struct session_command *command) {
  if (!command->switches) return 0;
  // What is in this copy of a process is not the account's to read.
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return -1;
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
  if (command->starts_session && setsid() < 0) return -1;
  if (command->terminal >= 0 && ioctl(command->terminal, TIOCSCTTY, 0) != 0) return -1;
  if (place_descriptors(command, fault) != 0 || limit(command) != 0) return -1;
  if (become(command) != 0) return -1;
  // After the switch, which would take it back.
  if (command->ends_with_caller && prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return -1;
  if (getppid() != parent) _exit(127);
  if (command->directory && chdir(command->directory) != 0) return -1;
  reset_signals();
  execve(command->program, command->arguments, command->environment);
  if (errno == ENOEXEC && command->shell_arguments)
    execve("/bin/sh", command->shell_arguments, command->environment);
  return -1;
}

// The child has its account already and may be stopped by it, so it is not waited for without an end.
static int told_fault(int from, pid_t child) {
  int code = 0;
  struct pollfd file = {.fd = from, .events = POLLIN};
  int ready;
  do ready = poll(&file, 1, patience); while (ready < 0 && errno == EINTR);
  if (ready == 0) {
    kill(child, SIGKILL);
    return ETIMEDOUT;
  }
  ssize_t count;
  do count = read(from, &code, sizeof code); while (count < 0 && errno == EINTR);
  return count == sizeof code ? code : 0;
}

pid_t start_session_command(const struct session_command *command) {
  if (command->descriptor_count > most_descriptors) {
    errno = EINVAL;
    return -1;
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  // No handler of ours may run in the child.
  sigset_t all, before;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, &before);
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
  sigprocmask(SIG_SETMASK, &before, NULL);
  close(ends[1]);
  if (child > 0) {
    code = told_fault(ends[0], child);
    if (code != 0) while (waitpid(child, NULL, 0) < 0 && errno == EINTR) {}
  }
  close(ends[0]);
  errno = code;
  return code == 0 ? child : -1;
}
