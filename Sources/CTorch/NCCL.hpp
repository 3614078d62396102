// NCCL by its C interface, from the library that CUDA's libtorch brings along: neither its headers
// nor CUDA's are needed to build, and a program without a GPU never loads it.
#pragma once

#include <ATen/ATen.h>

#include <array>
#include <chrono>

namespace delineate {

// The processes' NCCL communicator on the calling thread's current CUDA device.
class NCCLGroup {
 public:
  // What rank 0 makes and all must have to meet.
  using Identity = std::array<char, 128>;
  static Identity make_identity();

  NCCLGroup(const Identity &identity, int rank, int count, std::chrono::milliseconds timeout);
  ~NCCLGroup();
  NCCLGroup(const NCCLGroup &) = delete;
  NCCLGroup &operator=(const NCCLGroup &) = delete;

  // In place, on a dense tensor of single precision on the current device; returns when it is done.
  void sum(at::Tensor &flat);
  void broadcast(at::Tensor &flat);

 private:
  // Waits for the device; a process that does not answer in time ends the wait with an exception.
  void finish(const char *what);

  void *communicator_ = nullptr;
  std::chrono::milliseconds timeout_;
};

}  // namespace delineate
