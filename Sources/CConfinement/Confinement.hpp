// A child process in which a library reads what nobody vouches for: memory that it leaves to its
// parent, and bounds on what it may take. Header alone, for the C++ modules that fork.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <fcntl.h>
#include <initializer_list>
#include <new>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace confinement {

/// Memory that a child process fills and its parent reads; zeros at first.
class SharedMemory {
public:
  explicit SharedMemory(size_t size) : size(size) {
    bytes = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (bytes == MAP_FAILED) throw std::bad_alloc();
  }
  ~SharedMemory() { munmap(bytes, size); }
  SharedMemory(const SharedMemory &) = delete;
  SharedMemory &operator=(const SharedMemory &) = delete;

  void *bytes;
  const size_t size;
};

/// Bytes of private memory that this process has now; the limit of a child counts them too.
/// RLIM_INFINITY where that is not known.
inline rlim_t privateMemory() {
  unsigned long pages[6] = {};
  FILE *file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return RLIM_INFINITY;
  const int found = std::fscanf(file, "%lu %lu %lu %lu %lu %lu", &pages[0], &pages[1], &pages[2],
                                &pages[3], &pages[4], &pages[5]);
  std::fclose(file);
  return found == 6 ? pages[5] * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) : RLIM_INFINITY;
}

/// A child's limit: what it inherited and some room; none where the first is not known.
inline rlim_t memoryLimit(rlim_t inherited, rlim_t room) {
  return inherited == RLIM_INFINITY ? RLIM_INFINITY : inherited + room;
}

/// Bounds the process from now on: `memory` bytes of data, `seconds` of processor time and four times
/// as many by the clock, no output, no core file, and every signal as the system handles it. No
/// clean-up of the parent's may run in it: it ends by _exit.
inline void restrain(rlim_t memory, rlim_t seconds) noexcept {
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTERM, SIGINT, SIGALRM}) {
    std::signal(signal, SIG_DFL);
  }
  // Threads of a pool block signals, and so would their child: the alarm below has to come through.
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const int nowhere = open("/dev/null", O_WRONLY);
  if (nowhere >= 0) {
    dup2(nowhere, STDOUT_FILENO);
    dup2(nowhere, STDERR_FILENO);
  }
  if (memory != RLIM_INFINITY) {
    const rlimit data{memory, memory};
    setrlimit(RLIMIT_DATA, &data);
  }
  const rlimit core{0, 0};
  setrlimit(RLIMIT_CORE, &core);
  const rlimit time{seconds, seconds};
  setrlimit(RLIMIT_CPU, &time);
  alarm(static_cast<unsigned int>(4 * seconds));
}

/// Waits until the child is gone; its state, or −1 where it was lost.
inline int stateAtEnd(pid_t child) noexcept {
  int state = 0;
  while (waitpid(child, &state, 0) < 0) {
    if (errno != EINTR) return -1;
  }
  return state;
}

} // namespace confinement
