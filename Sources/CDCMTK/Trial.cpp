#include "Guard.h"

#include <dcmtk/dcmdata/dcdict.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// A byte for each file, which a child process fills and its parent reads.
class SharedBytes {
public:
  explicit SharedBytes(size_t size) : size(size) {
    void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc();
    bytes = static_cast<uint8_t *>(memory);
  }
  ~SharedBytes() { munmap(bytes, size); }
  SharedBytes(const SharedBytes &) = delete;
  SharedBytes &operator=(const SharedBytes &) = delete;

  uint8_t *bytes;
  const size_t size;
};

/// Bytes of private memory that this process has now; the limit of a child counts them too.
rlim_t privateMemory() {
  unsigned long pages[6] = {};
  FILE *file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr) return RLIM_INFINITY;
  const int found = std::fscanf(file, "%lu %lu %lu %lu %lu %lu", &pages[0], &pages[1], &pages[2],
                                &pages[3], &pages[4], &pages[5]);
  std::fclose(file);
  return found == 6 ? pages[5] * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) : RLIM_INFINITY;
}

/// Bounds the process from now on; no clean-up of the parent's runs in it.
void restrain(rlim_t memory, unsigned int seconds) noexcept {
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
  alarm(4 * seconds);
}

/// Starts a child that can use the dictionary.
///
/// A lock that another thread is just taking would stay half taken in the child for ever, so that this
/// thread holds it while the process is copied.
pid_t forkWithDictionary() {
  dcmDataDict.rdlock();
  const pid_t child = fork();
  dcmDataDict.rdunlock();
  return child;
}

[[noreturn]] void tryAll(const cdcmtk_bytes *files, size_t first, size_t count, int stop_at_pixels,
                         uint8_t *soundness) noexcept {
  for (size_t index = first; index < count; ++index) {
    // What the parent finds where the child does not come back.
    soundness[index] = CDCMTK_HARMFUL;
    cdcmtk_file *file = nullptr;
    const cdcmtk_status status = cdcmtk_read(&files[index], stop_at_pixels, &file, nullptr);
    cdcmtk_free(file);
    if (status == CDCMTK_OK) soundness[index] = CDCMTK_SOUND;
    if (status == CDCMTK_FAILED) soundness[index] = CDCMTK_REFUSED;
  }
  _exit(0);
}

} // namespace

extern "C" cdcmtk_status cdcmtk_try(const cdcmtk_bytes *files, size_t count, int stop_at_pixels,
                                    uint8_t *soundness, cdcmtk_message *message) {
  return guarded(message, [&] {
    prepareLibrary();
    SharedBytes shared(count + 1);
    size_t next = 0;
    while (next < count) {
      size_t largest = 0;
      for (size_t index = next; index < count; ++index) {
        if (files[index].size > largest) largest = files[index].size;
      }
      const rlim_t inherited = privateMemory();
      // A data set takes a few hundred bytes beside each element's value.
      const rlim_t memory = inherited == RLIM_INFINITY
                                ? RLIM_INFINITY
                                : inherited + 32 * largest + (rlim_t(64) << 20);
      const auto seconds = static_cast<unsigned int>(10 + (count - next) / 4);
      const pid_t child = forkWithDictionary();
      if (child < 0) throw std::runtime_error("no process to read files in could be started");
      if (child == 0) {
        restrain(memory, seconds);
        tryAll(files, next, count, stop_at_pixels, shared.bytes);
      }
      int state = 0;
      while (waitpid(child, &state, 0) < 0) {
        if (errno != EINTR) throw std::runtime_error("the process that reads files was lost");
      }
      const size_t first = next;
      while (next < count && shared.bytes[next] != 0) ++next;
      // A child that could not even begin would be started for ever.
      if (next == first) shared.bytes[next++] = CDCMTK_HARMFUL;
    }
    std::memcpy(soundness, shared.bytes, count);
    return CDCMTK_OK;
  });
}
