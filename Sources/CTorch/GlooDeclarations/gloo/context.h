// Gloo is inside libtorch, but the PyTorch wheel leaves out its headers, which c10d's own header
// asks for. It passes these types by pointer only; nothing here has a layout that matters.
#pragma once

#include <chrono>
#include <memory>

namespace gloo {

class Context {
 public:
  void setTimeout(std::chrono::milliseconds timeout);
};

}  // namespace gloo
