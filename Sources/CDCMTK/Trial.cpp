#include "Confinement.hpp"
#include "Guard.h"

#include <dcmtk/dcmdata/dcdict.h>

#include <cstring>
#include <stdexcept>

namespace {

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
    // A byte for each file, which the child fills.
    confinement::SharedMemory shared(count + 1);
    auto *found = static_cast<uint8_t *>(shared.bytes);
    size_t next = 0;
    while (next < count) {
      size_t largest = 0;
      for (size_t index = next; index < count; ++index) {
        if (files[index].size > largest) largest = files[index].size;
      }
      // A data set takes a few hundred bytes beside each element's value.
      const rlim_t memory = confinement::memoryLimit(confinement::privateMemory(),
                                                     32 * largest + (rlim_t(64) << 20));
      const pid_t child = forkWithDictionary();
      if (child < 0) throw std::runtime_error("no process to read files in could be started");
      if (child == 0) {
        confinement::restrain(memory, 10 + (count - next) / 4);
        tryAll(files, next, count, stop_at_pixels, found);
      }
      if (confinement::stateAtEnd(child) < 0) {
        throw std::runtime_error("the process that reads files was lost");
      }
      const size_t first = next;
      while (next < count && found[next] != 0) ++next;
      // A child that could not even begin would be started for ever.
      if (next == first) found[next++] = CDCMTK_HARMFUL;
    }
    std::memcpy(soundness, found, count);
    return CDCMTK_OK;
  });
}
