// NCCL by its C interface; the declarations are those of nccl.h 2.x, which keeps them stable.
#include "NCCL.hpp"

#include <c10/core/impl/VirtualGuardImpl.h>
#include <dlfcn.h>

#include <cstring>
#include <thread>

#include "Guarded.hpp"

namespace delineate {

namespace {

struct UniqueId {
  char bytes[128];
};
constexpr int success = 0, in_progress = 7;  // ncclSuccess, ncclInProgress
constexpr int float32 = 7;                   // ncclFloat32
constexpr int add = 0;                       // ncclSum

// The functions of the library, looked up once.
struct Library {
  int (*get_unique_id)(UniqueId *);
  int (*init_rank)(void **, int, UniqueId, int);
  int (*all_reduce)(const void *, void *, size_t, int, int, void *, void *);
  int (*broadcast)(const void *, void *, size_t, int, int, void *, void *);
  int (*async_error)(void *, int *);
  int (*abort)(void *);
  int (*destroy)(void *);
  const char *(*error_string)(int);

  static const Library &shared() {
    static const Library library;
    return library;
  }

 private:
  Library() {
    void *handle = dlopen("libnccl.so.2", RTLD_LAZY | RTLD_LOCAL);
    require(handle != nullptr,
            "NCCL (libnccl.so.2) is missing; ./do setup --cuda brings it, --device cpu does "
            "without");
    load(handle, "ncclGetUniqueId", get_unique_id);
    load(handle, "ncclCommInitRank", init_rank);
    load(handle, "ncclAllReduce", all_reduce);
    load(handle, "ncclBroadcast", broadcast);
    load(handle, "ncclCommGetAsyncError", async_error);
    load(handle, "ncclCommAbort", abort);
    load(handle, "ncclCommDestroy", destroy);
    load(handle, "ncclGetErrorString", error_string);
  }

  template <typename Function>
  static void load(void *handle, const char *name, Function &function) {
    function = reinterpret_cast<Function>(dlsym(handle, name));
    require(function != nullptr, "libnccl.so.2 is not NCCL 2.4 or later");
  }
};

void check(int status, const char *what) {
  if (status == success || status == in_progress) return;
  throw std::runtime_error(std::string("NCCL, ") + what + ": " +
                           Library::shared().error_string(status));
}

// libtorch's default stream is CUDA's own default stream; all our work is on it.
c10::Stream current_stream() {
  const c10::impl::VirtualGuardImpl guard(at::kCUDA);
  return guard.getStream(guard.getDevice());
}

}  // namespace

NCCLGroup::Identity NCCLGroup::make_identity() {
  UniqueId id{};
  check(Library::shared().get_unique_id(&id), "meeting");
  Identity identity;
  std::memcpy(identity.data(), id.bytes, identity.size());
  return identity;
}

NCCLGroup::NCCLGroup(const Identity &identity, int rank, int count,
                     std::chrono::milliseconds timeout)
    : timeout_(timeout) {
  UniqueId id{};
  std::memcpy(id.bytes, identity.data(), identity.size());
  check(Library::shared().init_rank(&communicator_, count, id, rank), "meeting");
}

NCCLGroup::~NCCLGroup() {
  if (communicator_ != nullptr) Library::shared().destroy(communicator_);
}

void NCCLGroup::sum(at::Tensor &flat) {
  require(flat.is_cuda() && flat.scalar_type() == at::kFloat && flat.is_contiguous(),
          "NCCL sums dense tensors of single precision on the GPU");
  check(Library::shared().all_reduce(flat.const_data_ptr(), flat.mutable_data_ptr(),
                                     static_cast<size_t>(flat.numel()), float32, add,
                                     communicator_, nullptr),
        "a sum");
  finish("a sum");
}

void NCCLGroup::broadcast(at::Tensor &flat) {
  require(flat.is_cuda() && flat.scalar_type() == at::kFloat && flat.is_contiguous(),
          "NCCL copies dense tensors of single precision on the GPU");
  check(Library::shared().broadcast(flat.const_data_ptr(), flat.mutable_data_ptr(),
                                    static_cast<size_t>(flat.numel()), float32, 0, communicator_,
                                    nullptr),
        "a copy");
  finish("a copy");
}

void NCCLGroup::finish(const char *what) {
  const auto stream = current_stream();
  const auto end = std::chrono::steady_clock::now() + timeout_;
  while (!stream.query()) {
    int status = success;
    check(Library::shared().async_error(communicator_, &status), what);
    const bool is_late = std::chrono::steady_clock::now() > end;
    if (is_late || (status != success && status != in_progress)) {
      // A kernel that waits for a process that is gone ends only so.
      Library::shared().abort(communicator_);
      communicator_ = nullptr;
      check(status, what);
      throw std::runtime_error(std::string("NCCL, ") + what + ": timed out");
    }
    std::this_thread::sleep_for(std::chrono::microseconds(20));
  }
}

}  // namespace delineate
