#pragma once

#include "include/CITK.h"

#include <cstring>
#include <exception>
#include <new>
#include <utility>

/// Copies one line of text into the caller's message: ITK's own run over several.
inline void say(citk_message *message, const char *text) noexcept {
  if (message == nullptr) return;
  size_t length = 0;
  for (; text[length] != 0 && length + 1 < CITK_MESSAGE_SIZE; ++length) {
    const char c = text[length];
    message->text[length] = c == '\n' || c == '\r' ? ' ' : c;
  }
  message->text[length] = 0;
}

/// Runs the body of every function of the boundary: nothing thrown gets past it.
template <typename Body> citk_status guarded(citk_message *message, Body &&body) noexcept {
  try {
    say(message, "");
    return std::forward<Body>(body)();
  } catch (const std::bad_alloc &) {
    say(message, "not enough memory");
    return CITK_OUT_OF_MEMORY;
  } catch (const std::exception &error) {
    say(message, error.what());
    return CITK_FAILED;
  } catch (...) {
    say(message, "an unknown C++ exception");
    return CITK_FAILED;
  }
}
