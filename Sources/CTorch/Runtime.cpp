// Start-up, tensors in and out.
#include <ATen/Parallel.h>
#include <c10/core/InferenceMode.h>
#include <torch/headeronly/version.h>

#include <dlfcn.h>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include <climits>
#include <cstring>

#include "Guarded.hpp"

namespace delineate {
thread_local std::string last_message;
std::atomic<int64_t> live_tensors{0};
}  // namespace delineate

using namespace delineate;

const char *ct_last_message(void) { return last_message.c_str(); }

void ct_initialize(void) {
#if defined(__GLIBC__)
  // Activations of a window are hundreds of megabytes and come and go with every layer. By default
  // glibc maps and unmaps them, and the kernel zeroes every page each time: a third of the time.
  // One arena for all threads: those of other threads hold at most 64 MB each.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, INT_MAX);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
  // The program links the CPU's half of libtorch; the CUDA half registers itself when it is there.
  dlopen("libtorch_cuda.so", RTLD_LAZY | RTLD_GLOBAL);
}

void ct_return_unused_memory(void) {
#if defined(__GLIBC__)
  malloc_trim(0);
#endif
}

ct_status ct_set_thread_count(int threads) {
  return guarded([&] {
    require(threads > 0, "the number of threads must be positive");
    at::set_num_threads(threads);
  });
}

int ct_thread_count(void) { return at::get_num_threads(); }

bool ct_cuda_is_available(void) { return at::hasCUDA() && at::detail::getCUDAHooks().deviceCount() > 0; }

bool ct_bfloat16_is_fast(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

const char *ct_version(void) { return TORCH_VERSION; }

int64_t ct_live_tensor_count(void) { return live_tensors.load(std::memory_order_relaxed); }

void ct_tensor_free(ct_tensor *tensor) {
  if (tensor == nullptr) return;
  live_tensors.fetch_sub(1, std::memory_order_relaxed);
  delete tensor;
}

int ct_tensor_rank(const ct_tensor *tensor) { return static_cast<int>(tensor->value.dim()); }

int64_t ct_tensor_size(const ct_tensor *tensor, int axis) { return tensor->value.size(axis); }

ct_type ct_tensor_type(const ct_tensor *tensor) {
  const auto type = tensor->value.scalar_type();
  return type == at::kBFloat16 ? CT_BFLOAT16 : type == at::kHalf ? CT_FLOAT16 : CT_FLOAT32;
}

ct_device ct_tensor_device(const ct_tensor *tensor) {
  return tensor->value.is_cuda() ? CT_CUDA : CT_CPU;
}

ct_status ct_tensor_from_floats(const float *values, size_t count, const int64_t *shape, int rank,
                                ct_type type, ct_device device, ct_tensor **out) {
  return guarded([&] {
    // Not in inference mode: a batch of training is saved for the way back.
    at::IntArrayRef sizes(shape, static_cast<size_t>(rank));
    require(static_cast<size_t>(c10::multiply_integers(sizes)) == count,
            "the number of values does not fill the shape");
    at::Tensor view = at::from_blob(const_cast<float *>(values), sizes, at::kFloat);
    at::Tensor copy = at::empty(
        sizes, at::TensorOptions().dtype(scalar_type(type)).device(torch_device(device)),
        rank == 5 ? at::MemoryFormat::ChannelsLast3d : at::MemoryFormat::Contiguous);
    copy.copy_(view);
    *out = wrap(std::move(copy));
  });
}

ct_status ct_tensor_to_floats(const ct_tensor *tensor, float *values, size_t count) {
  return guarded([&] {
    c10::InferenceMode inference;
    require(static_cast<size_t>(tensor->value.numel()) == count,
            "the buffer does not hold the tensor's number of values");
    at::Tensor host = tensor->value.detach().to(at::kCPU, at::kFloat).contiguous();
    std::memcpy(values, host.const_data_ptr<float>(), count * sizeof(float));
  });
}
