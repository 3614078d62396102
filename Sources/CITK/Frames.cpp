#include "Guard.h"

#include <gdcmDataElement.h>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>
#include <gdcmTrace.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <stdexcept>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

/// Memory that a child process fills and its parent reads.
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

/// How far the child has come; at the start of the shared memory, the decoded frames follow it.
struct Progress {
  size_t done;
  citk_message message;
};

size_t frameSize(const citk_frame_format &format) {
  return static_cast<size_t>(format.rows) * static_cast<size_t>(format.columns) *
         static_cast<size_t>(format.bits_allocated / 8);
}

void decode(const citk_frame_format &format, const citk_frame &frame, char *pixels) {
  const gdcm::TransferSyntax syntax(
      gdcm::TransferSyntax::GetTSType(format.transfer_syntax));
  gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = new gdcm::SequenceOfFragments;
  gdcm::Fragment fragment;
  fragment.SetByteValue(reinterpret_cast<const char *>(frame.bytes),
                        static_cast<uint32_t>(frame.size));
  fragments->AddFragment(fragment);
  gdcm::DataElement element(gdcm::Tag(0x7fe0, 0x0010));
  element.SetVR(gdcm::VR::OB);
  element.SetValue(*fragments);

  gdcm::Image image;
  image.SetNumberOfDimensions(2);
  image.SetDimension(0, static_cast<unsigned int>(format.columns));
  image.SetDimension(1, static_cast<unsigned int>(format.rows));
  image.SetPixelFormat(gdcm::PixelFormat(
      1, static_cast<unsigned short>(format.bits_allocated),
      static_cast<unsigned short>(format.bits_stored),
      static_cast<unsigned short>(format.high_bit), static_cast<unsigned short>(format.is_signed)));
  image.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
  image.SetTransferSyntax(syntax);
  image.SetDataElement(element);
  if (image.GetBufferLength() != frameSize(format)) {
    throw std::runtime_error("the decoder makes another number of bytes than the header says");
  }
  if (!image.GetBuffer(pixels)) throw std::runtime_error("the decoder refuses the stream");
}

/// Bytes of private memory that this process has now; the limit of a child counts them too.
rlim_t privateMemory() {
  unsigned long pages[6] = {};
  FILE *file = fopen("/proc/self/statm", "r");
  if (file == nullptr) return RLIM_INFINITY;
  const int found = fscanf(file, "%lu %lu %lu %lu %lu %lu", &pages[0], &pages[1], &pages[2],
                           &pages[3], &pages[4], &pages[5]);
  fclose(file);
  return found == 6 ? pages[5] * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) : RLIM_INFINITY;
}

/// The child's whole life: bounded in memory and time, silent, and gone without any clean-up that
/// belongs to the parent.
[[noreturn]] void decodeAll(const citk_frame_format &format, const citk_frame *frames, size_t count,
                            rlim_t inherited, Progress *progress) noexcept {
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
  // A codec needs a few copies of a frame; a stream that asks for more is broken.
  if (inherited != RLIM_INFINITY) {
    const rlim_t room = inherited + 64 * frameSize(format) + (rlim_t(128) << 20);
    const rlimit data{room, room};
    setrlimit(RLIMIT_DATA, &data);
  }
  const rlimit core{0, 0};
  setrlimit(RLIMIT_CORE, &core);
  const rlim_t seconds = 20 + count / 4;
  const rlimit time{seconds, seconds};
  setrlimit(RLIMIT_CPU, &time);
  alarm(static_cast<unsigned int>(4 * seconds));

  char *pixels = reinterpret_cast<char *>(progress + 1);
  const citk_status status = guarded(&progress->message, [&] {
    gdcm::Trace::DebugOff();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    for (progress->done = 0; progress->done < count; ++progress->done) {
      decode(format, frames[progress->done], pixels + progress->done * frameSize(format));
    }
    return CITK_OK;
  });
  _exit(status);
}

} // namespace

extern "C" citk_status citk_decode_frames(const citk_frame_format *format, const citk_frame *frames,
                                          size_t count, uint8_t *pixels, size_t *failed,
                                          citk_message *message) {
  return guarded(message, [&] {
    const size_t size = frameSize(*format);
    SharedMemory memory(sizeof(Progress) + count * size);
    auto *progress = static_cast<Progress *>(memory.bytes);
    const rlim_t inherited = privateMemory();
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no process for the decoder could be started");
    if (child == 0) decodeAll(*format, frames, count, inherited, progress);
    int state = 0;
    while (waitpid(child, &state, 0) < 0) {
      if (errno != EINTR) throw std::runtime_error("the decoder's process was lost");
    }
    *failed = progress->done;
    if (!WIFEXITED(state)) {
      say(message, "the decoder crashed on the stream");
      return CITK_DECODER_DIED;
    }
    const auto status = static_cast<citk_status>(WEXITSTATUS(state));
    if (status != CITK_OK) {
      say(message, progress->message.text);
      return status;
    }
    memcpy(pixels, progress + 1, count * size);
    return CITK_OK;
  });
}
