// The loops of instance normalization on rows of `width` values, channels innermost. `width` is a
// multiple of the number of channels, so that narrow layers still fill the vector lanes. Included
// once per instruction set; plain loops that the compiler vectorizes.

#include "BFloat16.inl"

// Mean and sum of squared deviations of a block that stays in the cache between the two passes.
template <typename T>
static void block_moments(const T *x, int64_t rows, int64_t width, float *mean, float *squares) {
  for (int64_t i = 0; i < width; i++) mean[i] = squares[i] = 0;
  for (int64_t row = 0; row < rows; row++) {
    const T *values = x + row * width;
    for (int64_t i = 0; i < width; i++) mean[i] += widen(values[i]);
  }
  const float scale = 1.f / static_cast<float>(rows);
  for (int64_t i = 0; i < width; i++) mean[i] *= scale;
  for (int64_t row = 0; row < rows; row++) {
    const T *values = x + row * width;
    for (int64_t i = 0; i < width; i++) {
      const float deviation = widen(values[i]) - mean[i];
      squares[i] += deviation * deviation;
    }
  }
}

template <typename T>
static void apply_rows(T *__restrict x, const T *__restrict residual, int64_t rows, int64_t width,
                       const float *__restrict mean, const float *__restrict scale,
                       const float *__restrict shift, float slope) {
  for (int64_t row = 0; row < rows; row++) {
    T *values = x + row * width;
    if (residual != nullptr) {
      const T *added = residual + row * width;
      for (int64_t i = 0; i < width; i++) {
        const float y = (widen(values[i]) - mean[i]) * scale[i] + shift[i] + widen(added[i]);
        narrow(y > 0 ? y : y * slope, values + i);
      }
    } else {
      for (int64_t i = 0; i < width; i++) {
        const float y = (widen(values[i]) - mean[i]) * scale[i] + shift[i];
        narrow(y > 0 ? y : y * slope, values + i);
      }
    }
  }
}

// Averages blocks of stride voxels: one output row of `output_width` voxels of `channels` values.
template <typename T>
static void pool_rows(const T *x, T *y, const int64_t *input, const int64_t *stride,
                      const int64_t *output, int64_t channels, float *line, int64_t begin,
                      int64_t end) {
  const float scale = 1.f / static_cast<float>(stride[0] * stride[1] * stride[2]);
  for (int64_t row = begin; row < end; row++) {
    const int64_t d = row / output[1], h = row % output[1];
    for (int64_t w = 0; w < output[2]; w++) {
      for (int64_t c = 0; c < channels; c++) line[c] = 0;
      for (int64_t a = 0; a < stride[0]; a++) {
        for (int64_t b = 0; b < stride[1]; b++) {
          const T *voxel = x + (((d * stride[0] + a) * input[1] + h * stride[1] + b) * input[2] +
                                w * stride[2]) * channels;
          for (int64_t e = 0; e < stride[2]; e++) {
            for (int64_t c = 0; c < channels; c++) line[c] += widen(voxel[e * channels + c]);
          }
        }
      }
      T *out = y + (row * output[2] + w) * channels;
      for (int64_t c = 0; c < channels; c++) narrow(line[c] * scale, out + c);
    }
  }
}
