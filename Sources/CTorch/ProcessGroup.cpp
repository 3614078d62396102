// Sums and copies among the processes of one training: c10d's store and Gloo, and NCCL on CUDA.
#include <ATen/core/grad_mode.h>
#include <c10/core/impl/VirtualGuardImpl.h>
#include <c10/util/Logging.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <vector>

#include "Guarded.hpp"
#include "NCCL.hpp"

#if __has_include(<torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>)
#define USE_C10D_GLOO
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>
#include <torch/csrc/distributed/c10d/TCPStore.hpp>
#endif

using namespace delineate;

#ifdef USE_C10D_GLOO

struct ct_group {
  c10::intrusive_ptr<c10d::Store> store;
  c10::intrusive_ptr<c10d::Backend> gloo;
  // Null on the processor.
  std::unique_ptr<NCCLGroup> nccl;
};

namespace delineate {

// Bytes of a piece that goes over the network at once: large enough that latency does not count.
static constexpr int64_t piece_bytes = 32 << 20;

static void wait(const c10::intrusive_ptr<c10d::Work> &work) { work->wait(); }

static void sum(ct_group &group, at::Tensor &flat) {
  if (group.nccl && flat.is_cuda()) {
    group.nccl->sum(flat);
    return;
  }
  std::vector<at::Tensor> tensors{flat};
  wait(group.gloo->allreduce(tensors, c10d::AllreduceOptions()));
}

static void broadcast(ct_group &group, at::Tensor &flat) {
  if (group.nccl && flat.is_cuda()) {
    group.nccl->broadcast(flat);
    return;
  }
  std::vector<at::Tensor> tensors{flat};
  wait(group.gloo->broadcast(tensors, c10d::BroadcastOptions()));
}

// Runs `exchange` on the tensors' values, joined to few flat pieces, and puts the results back.
// Flattened in the order of memory: all processes lay out a tensor alike.
template <typename Exchange>
static void in_pieces(const std::vector<at::Tensor> &tensors, const Exchange &exchange) {
  const auto flat_view = [](const at::Tensor &x) {
    return x.as_strided({x.numel()}, {1}, x.storage_offset());
  };
  for (size_t begin = 0; begin < tensors.size();) {
    size_t end = begin;
    int64_t bytes = 0;
    std::vector<at::Tensor> views;
    while (end < tensors.size() &&
           (end == begin || bytes + int64_t(tensors[end].nbytes()) <= piece_bytes)) {
      require(tensors[end].is_non_overlapping_and_dense() &&
                  tensors[end].scalar_type() == at::kFloat,
              "tensors that processes exchange are dense and single precision");
      bytes += int64_t(tensors[end].nbytes());
      views.push_back(flat_view(tensors[end]));
      end++;
    }
    at::Tensor flat = at::cat(views);
    exchange(flat);
    int64_t offset = 0;
    for (at::Tensor &view : views) {
      view.copy_(flat.narrow(0, offset, view.numel()));
      offset += view.numel();
    }
    begin = end;
  }
}

static std::shared_ptr<gloo::transport::Device> make_device(const std::string &host,
                                                            const char *interface) {
  using Gloo = c10d::ProcessGroupGloo;
  if (interface != nullptr) return Gloo::createDeviceForInterface(interface);
  // On one machine, the loopback: a machine's own name need not resolve, nor its firewall agree.
  if (host == "localhost" || host == "::1" || host.rfind("127.", 0) == 0) {
    return Gloo::createDeviceForHostname("127.0.0.1");
  }
  return Gloo::createDefaultDevice();
}

}  // namespace delineate

ct_status ct_group_join(const char *host, int port, bool is_launcher_listening, const char *prefix,
                        int rank, int count, int64_t timeout, const char *interface,
                        ct_device device, ct_group **out) {
  return guarded([&] {
    require(count > 0 && rank >= 0 && rank < count, "a rank is below the number of processes");
    require(port > 0 && port < 65536, "a port is 1 to 65535");
    require(timeout > 0, "a time limit is above 0");
    // Failures are said once, by their status; c10d would log each with a trace besides.
    if (std::getenv("TORCH_CPP_LOG_LEVEL") == nullptr) FLAGS_caffe2_log_level = c10::GLOG_FATAL;
    auto group = std::make_unique<ct_group>();
    c10d::TCPStoreOptions place;
    place.port = static_cast<std::uint16_t>(port);
    place.isServer = rank == 0 && !is_launcher_listening;
    place.numWorkers = static_cast<size_t>(count);
    place.waitWorkers = false;
    place.timeout = std::chrono::milliseconds(timeout);
    const auto base = c10::make_intrusive<c10d::TCPStore>(host, place);
    group->store = c10::make_intrusive<c10d::PrefixStore>(prefix, base);
    const auto options =
        c10d::ProcessGroupGloo::Options::create(std::chrono::milliseconds(timeout));
    options->devices.push_back(make_device(host, interface));
    options->threads = 1;
    group->gloo = c10::make_intrusive<c10d::ProcessGroupGloo>(
        c10::make_intrusive<c10d::PrefixStore>("gloo", group->store), rank, count, options);
    if (device == CT_CUDA) {
      NCCLGroup::Identity identity{};
      if (rank == 0) identity = NCCLGroup::make_identity();
      at::Tensor bytes = at::from_blob(identity.data(), {int64_t(identity.size())}, at::kByte);
      broadcast(*group, bytes);
      group->nccl = std::make_unique<NCCLGroup>(identity, rank, count,
                                                std::chrono::milliseconds(timeout));
    }
    *out = group.release();
  });
}

void ct_group_free(ct_group *group) { delete group; }

ct_status ct_group_sum(ct_group *group, double *values, size_t count) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    at::Tensor flat = at::from_blob(values, {int64_t(count)}, at::kDouble);
    sum(*group, flat);
  });
}

ct_status ct_group_broadcast_bytes(ct_group *group, uint8_t *bytes, size_t count) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    at::Tensor flat = at::from_blob(bytes, {int64_t(count)}, at::kByte);
    broadcast(*group, flat);
  });
}

ct_status ct_group_sum_tensor(ct_group *group, const ct_tensor *x, ct_tensor **out) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    at::Tensor flat = x->value.detach().to(at::kFloat).clone(at::MemoryFormat::Contiguous);
    sum(*group, flat);
    *out = wrap(std::move(flat));
  });
}

ct_status ct_group_sum_gradients(ct_group *group, ct_tensor *const *parameters, size_t count) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    std::vector<at::Tensor> gradients;
    for (size_t i = 0; i < count; i++) {
      const at::Tensor &parameter = parameters[i]->value;
      at::Tensor &gradient = parameters[i]->value.mutable_grad();
      // What the loss does not depend on has no gradient in any process, and none is made for it:
      // a step leaves it as it is.
      if (!gradient.defined()) continue;
      // Laid out as the parameter, so that processes agree on the order of values.
      if (gradient.strides() != parameter.strides()) {
        gradient = at::empty_like(parameter).copy_(gradient);
      }
      gradients.push_back(gradient);
    }
    in_pieces(gradients, [&](at::Tensor &flat) { sum(*group, flat); });
  });
}

ct_status ct_group_broadcast(ct_group *group, ct_tensor *const *tensors, size_t count) {
  return guarded([&] {
    at::NoGradGuard no_gradients;
    std::vector<at::Tensor> values;
    for (size_t i = 0; i < count; i++) values.push_back(tensors[i]->value.detach());
    in_pieces(values, [&](at::Tensor &flat) { broadcast(*group, flat); });
  });
}

#else

struct ct_group {};

static ct_status unavailable() {
  return guarded([] {
    throw InvalidArgument("this libtorch was built without c10d, so that one process can train");
  });
}

ct_status ct_group_join(const char *, int, bool, const char *, int, int, int64_t, const char *,
                        ct_device, ct_group **) {
  return unavailable();
}
void ct_group_free(ct_group *group) { delete group; }
ct_status ct_group_sum(ct_group *, double *, size_t) { return unavailable(); }
ct_status ct_group_broadcast_bytes(ct_group *, uint8_t *, size_t) { return unavailable(); }
ct_status ct_group_sum_tensor(ct_group *, const ct_tensor *, ct_tensor **) { return unavailable(); }
ct_status ct_group_sum_gradients(ct_group *, ct_tensor *const *, size_t) { return unavailable(); }
ct_status ct_group_broadcast(ct_group *, ct_tensor *const *, size_t) { return unavailable(); }

#endif

ct_status ct_select_cuda_device(int index) {
  return guarded([&] {
    require(at::hasCUDA(), "this libtorch has no CUDA");
    const c10::impl::VirtualGuardImpl guard(at::kCUDA);
    require(index >= 0 && index < guard.deviceCount(), "there are fewer CUDA devices");
    guard.setDevice(at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(index)));
  });
}
