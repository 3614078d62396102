#pragma once

#if !__has_include(<dcmtk/dcmdata/dctk.h>)
#error "DCMTK's headers are missing: run ./do setup (Debian's libdcmtk-dev)."
#endif

#include "include/CDCMTK.h"

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dctk.h>

#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

/// Copies one line of text into the caller's message.
inline void say(cdcmtk_message *message, const char *text) noexcept {
  if (message == nullptr) return;
  size_t length = 0;
  for (; text[length] != 0 && length + 1 < CDCMTK_MESSAGE_SIZE; ++length) {
    const char c = text[length];
    message->text[length] = c == '\n' || c == '\r' ? ' ' : c;
  }
  message->text[length] = 0;
}

/// Runs the body of every function of the boundary: nothing thrown gets past it.
template <typename Body> cdcmtk_status guarded(cdcmtk_message *message, Body &&body) noexcept {
  try {
    say(message, "");
    return std::forward<Body>(body)();
  } catch (const std::bad_alloc &) {
    say(message, "not enough memory");
    return CDCMTK_OUT_OF_MEMORY;
  } catch (const std::exception &error) {
    say(message, error.what());
    return CDCMTK_FAILED;
  } catch (...) {
    say(message, "an unknown C++ exception");
    return CDCMTK_FAILED;
  }
}

/// Turns the library's conditions into exceptions.
inline void demand(const OFCondition &condition) {
  if (condition.good()) return;
  if (condition == EC_MemoryExhausted) throw std::bad_alloc();
  throw std::runtime_error(condition.text());
}

/// Silences the library's own log, once.
void prepareLibrary();

struct cdcmtk_file {
  DcmFileFormat format;
  /// How many bytes were read.
  size_t end = 0;
};

inline DcmItem *item(cdcmtk_item *handle) { return reinterpret_cast<DcmItem *>(handle); }
inline DcmElement *element(cdcmtk_element *handle) {
  return reinterpret_cast<DcmElement *>(handle);
}
inline const DcmElement *element(const cdcmtk_element *handle) {
  return reinterpret_cast<const DcmElement *>(handle);
}
/// The sequence that an element is; null where it is none.
DcmSequenceOfItems *sequence(DcmElement *element);
