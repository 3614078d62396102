// What inference and training share of instance normalization on channels-last memory.
#pragma once

#include <cstddef>
#include <cstdint>

namespace delineate {

// A layer's voxels as `count` rows of `width` values, a multiple of the channels so that narrow
// layers fill the vector lanes, in blocks that fit the cache; voxels that do not fill a row are the
// tail.
struct Rows {
  int64_t width, count, tail_voxels, per_block, blocks;

  Rows(int64_t voxels, int64_t channels, size_t value_size);

  int64_t in_block(int64_t block) const {
    const int64_t left = count - block * per_block;
    return left < per_block ? left : per_block;
  }
};

// Mean and biased variance of each channel; T is float, or uint16_t for bfloat16.
template <typename T>
void channel_moments(const T *x, int64_t voxels, int64_t channels, double *mean, double *variance);

}  // namespace delineate
