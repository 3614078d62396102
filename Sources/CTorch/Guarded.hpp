// What every file of this target shares: handles, and the one place where exceptions end.
#pragma once

#if !__has_include(<ATen/ATen.h>)
#error "libtorch is missing: run ./do setup, or set TORCH_DIR to a folder with include/ and lib/"
#endif

#include <ATen/ATen.h>
#include <c10/core/impl/alloc_cpu.h>

#include <atomic>
#include <stdexcept>
#include <string>
#include <utility>

#include "include/CTorch.h"

struct ct_tensor {
  at::Tensor value;
};

namespace delineate {

extern thread_local std::string last_message;
extern std::atomic<int64_t> live_tensors;

// A caller's or a file's mistake, as opposed to libtorch's own failures.
struct InvalidArgument : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline void require(bool condition, const char *message) {
  if (!condition) throw InvalidArgument(message);
}

template <typename Body>
ct_status guarded(Body &&body) noexcept {
  try {
    std::forward<Body>(body)();
    return CT_OK;
  } catch (const InvalidArgument &error) {
    last_message = error.what();
    return CT_INVALID_ARGUMENT;
  } catch (const c10::OutOfMemoryError &error) {
    last_message = error.what_without_backtrace();
    return CT_OUT_OF_MEMORY;
  } catch (const std::bad_alloc &) {
    last_message = "not enough memory";
    return CT_OUT_OF_MEMORY;
  } catch (const c10::Error &error) {
    last_message = error.what_without_backtrace();
    // libtorch's CPU allocator reports a failed allocation as a plain error.
    return last_message.find("can't allocate memory") != std::string::npos ? CT_OUT_OF_MEMORY
                                                                           : CT_INTERNAL;
  } catch (const std::exception &error) {
    last_message = error.what();
    return CT_INTERNAL;
  } catch (...) {
    last_message = "unknown C++ exception";
    return CT_INTERNAL;
  }
}

inline ct_tensor *wrap(at::Tensor value) {
  auto *tensor = new ct_tensor{std::move(value)};
  live_tensors.fetch_add(1, std::memory_order_relaxed);
  return tensor;
}

inline at::ScalarType scalar_type(ct_type type) {
  return type == CT_BFLOAT16 ? at::kBFloat16 : type == CT_FLOAT16 ? at::kHalf : at::kFloat;
}

inline at::Device torch_device(ct_device device) {
  return at::Device(device == CT_CUDA ? at::kCUDA : at::kCPU);
}

}  // namespace delineate
