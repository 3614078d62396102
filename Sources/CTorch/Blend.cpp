// Blending of windows and the way back to labels: fp16 logits with the channels innermost, so that
// one voxel's classes are read together and the class x volume array never exists at full size.

#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "Dispatch.hpp"
#include "Guarded.hpp"
#include "Parallel.hpp"

#if DELINEATE_X86
#include <immintrin.h>
#endif

namespace delineate {

struct BlendJob {
  const float *logits;
  const uint16_t *gaussian;
  uint16_t *sum, *weights;
  int64_t channels, channel_stride, ring_depth;
  int64_t volume[3], start[3], window[3];
};

struct FinishJob {
  uint16_t *const *sums;
  size_t fold_count;
  const uint16_t *weights;
  int64_t channels, channel_stride;
  float uncovered;
};

struct RestoreJob {
  const uint16_t *low_plane, *high_plane;
  float plane_weight;
  int64_t source_width, channels, channel_stride;
  const ct_tap *rows, *columns;
  int64_t column_count;
  bool rounds_to_half;
  ct_decision decision;
  const uint16_t *labels;
  uint16_t *output;
  float *probabilities;
  int64_t channel_step, row_stride, column_stride;
};

static void to_probabilities(float *logits, int64_t channels, ct_decision decision) {
  if (decision == CT_REGIONS) {
    for (int64_t c = 0; c < channels; c++) logits[c] = 1 / (1 + std::exp(-logits[c]));
    return;
  }
  const float largest = *std::max_element(logits, logits + channels);
  float total = 0;
  for (int64_t c = 0; c < channels; c++) {
    logits[c] = std::exp(logits[c] - largest);
    total += logits[c];
  }
  for (int64_t c = 0; c < channels; c++) logits[c] /= total;
}

namespace generic {
static inline float half_to_float(uint16_t x) { return c10::detail::fp16_ieee_to_fp32_value(x); }
static inline uint16_t float_to_half(float x) { return c10::detail::fp16_ieee_from_fp32_value(x); }
#define LANES_AVX2 0
#include "HalfLanes.inl"
#include "BlendLoops.inl"
#undef LANES_AVX2
}  // namespace generic

#if DELINEATE_X86
DELINEATE_BEGIN_AVX2
namespace avx2 {
static inline float half_to_float(uint16_t x) { return _cvtsh_ss(x); }
static inline uint16_t float_to_half(float x) { return _cvtss_sh(x, _MM_FROUND_TO_NEAREST_INT); }
#define LANES_AVX2 1
#include "HalfLanes.inl"
#include "BlendLoops.inl"
#undef LANES_AVX2
}  // namespace avx2
DELINEATE_END
#define DELINEATE_SELECT(function) \
  (instruction_set() == InstructionSet::generic ? &generic::function : &avx2::function)
#else
#define DELINEATE_SELECT(function) (&generic::function)
#endif

}  // namespace delineate

using namespace delineate;

ct_status ct_cut_window(const float *volume, const int64_t *volume_size, int64_t channels,
                        const int64_t *start, const int64_t *window_size, ct_type type,
                        ct_device device, ct_tensor **out) {
  return guarded([&] {
    c10::InferenceMode inference;
    const int64_t *size = window_size;
    at::Tensor window = at::empty({1, channels, size[0], size[1], size[2]}, at::kFloat);
    float *target = window.mutable_data_ptr<float>();
    parallel_for(0, channels * size[0], 1, [&](int64_t begin, int64_t end) {
      for (int64_t plane = begin; plane < end; plane++) {
        const int64_t c = plane / size[0], z = start[0] + plane % size[0];
        for (int64_t h = 0; h < size[1]; h++) {
          float *row = target + (plane * size[1] + h) * size[2];
          const int64_t y = start[1] + h;
          std::fill(row, row + size[2], 0.f);
          if (z < 0 || z >= volume_size[0] || y < 0 || y >= volume_size[1]) continue;
          const float *source = volume + ((c * volume_size[0] + z) * volume_size[1] + y) * volume_size[2];
          const int64_t first = std::max<int64_t>(0, -start[2]);
          const int64_t last = std::min(size[2], volume_size[2] - start[2]);
          if (last > first) std::copy(source + start[2] + first, source + start[2] + last, row + first);
        }
      }
    });
    window = window.to(torch_device(device), scalar_type(type));
    *out = wrap(window.contiguous(at::MemoryFormat::ChannelsLast3d));
  });
}

ct_status ct_blend_window(const ct_tensor *logits, const uint16_t *gaussian, uint16_t *sum,
                          uint16_t *weights, bool adds_weights, const int64_t *volume_size,
                          const int64_t *start, int64_t ring_depth, int64_t channel_stride) {
  return guarded([&] {
    c10::InferenceMode inference;
    at::Tensor x = logits->value.to(at::kCPU, at::kFloat).contiguous(at::MemoryFormat::ChannelsLast3d);
    require(x.dim() == 5 && x.size(0) == 1, "logits of one window are [1, C, D, H, W]");
    BlendJob job{x.const_data_ptr<float>(), gaussian, sum, adds_weights ? weights : nullptr,
                 x.size(1), channel_stride, ring_depth, {}, {}, {}};
    require(channel_stride % 8 == 0 && channel_stride >= job.channels,
            "the channel stride is a multiple of 8 that holds every channel");
    require(ring_depth >= x.size(2), "the ring holds at least one window's planes");
    for (int axis = 0; axis < 3; axis++) {
      job.volume[axis] = volume_size[axis];
      job.start[axis] = start[axis];
      job.window[axis] = x.size(2 + axis);
      require(start[axis] >= 0 && start[axis] + job.window[axis] <= volume_size[axis],
              "the window lies inside the volume");
    }
    const auto loop = DELINEATE_SELECT(blend_rows);
    parallel_for(0, job.window[0] * job.window[1], 16,
                     [&](int64_t begin, int64_t end) { loop(job, begin, end); });
  });
}

ct_status ct_finish_plane(uint16_t *const *sums, size_t fold_count, const uint16_t *weights,
                          int64_t voxel_count, int64_t channels, int64_t channel_stride,
                          float uncovered, bool *is_finite) {
  return guarded([&] {
    require(fold_count > 0 && channel_stride % 8 == 0, "a plane has folds and padded channels");
    const FinishJob job{sums, fold_count, weights, channels, channel_stride, uncovered};
    const auto loop = DELINEATE_SELECT(finish_voxels);
    std::atomic<bool> finite{true};
    parallel_for(0, voxel_count, 4096, [&](int64_t begin, int64_t end) {
      if (!loop(job, begin, end)) finite.store(false, std::memory_order_relaxed);
    });
    if (!finite.load()) *is_finite = false;
  });
}

ct_status ct_restore_plane(const uint16_t *low_plane, const uint16_t *high_plane, float plane_weight,
                           int64_t source_width, int64_t channels, int64_t channel_stride,
                           const ct_tap *rows, int64_t row_count, const ct_tap *columns,
                           int64_t column_count, bool rounds_to_half, ct_decision decision,
                           const uint16_t *labels, uint16_t *output, int64_t row_stride,
                           int64_t column_stride) {
  return guarded([&] {
    const RestoreJob job{low_plane, high_plane, plane_weight, source_width, channels,
                         channel_stride, rows, columns, column_count, rounds_to_half, decision,
                         labels, output, nullptr, 0, row_stride, column_stride};
    const auto loop = DELINEATE_SELECT(restore_rows);
    parallel_for(0, row_count, 4, [&](int64_t begin, int64_t end) {
      const auto line = std::make_unique<float[]>(source_width * channel_stride);
      loop(job, line.get(), begin, end);
    });
  });
}

ct_status ct_restore_probabilities(const uint16_t *low_plane, const uint16_t *high_plane,
                                   float plane_weight, int64_t source_width, int64_t channels,
                                   int64_t channel_stride, const ct_tap *rows, int64_t row_count,
                                   const ct_tap *columns, int64_t column_count, bool rounds_to_half,
                                   ct_decision decision, float *output, int64_t channel_step,
                                   int64_t row_stride, int64_t column_stride) {
  return guarded([&] {
    const RestoreJob job{low_plane, high_plane, plane_weight, source_width, channels,
                         channel_stride, rows, columns, column_count, rounds_to_half, decision,
                         nullptr, nullptr, output, channel_step, row_stride, column_stride};
    const auto loop = DELINEATE_SELECT(restore_probability_rows);
    parallel_for(0, row_count, 4, [&](int64_t begin, int64_t end) {
      const auto line = std::make_unique<float[]>((source_width + 1) * channel_stride);
      loop(job, line.get(), begin, end);
    });
  });
}

void ct_floats_to_halves(const float *values, uint16_t *halves, size_t count) {
  for (size_t i = 0; i < count; i++) halves[i] = generic::float_to_half(values[i]);
}

void ct_halves_to_floats(const uint16_t *halves, float *values, size_t count) {
  for (size_t i = 0; i < count; i++) values[i] = generic::half_to_float(halves[i]);
}
