// The loops of instance normalization in training, on rows as in NormLoops.inl. Included once per
// instruction set.
#include "BFloat16.inl"

// y = leaky((x - mean) * scale + shift + residual).
template <typename T>
static void forward_rows(const T *__restrict x, const T *__restrict residual, T *__restrict y,
                         int64_t rows, int64_t width, const float *__restrict mean,
                         const float *__restrict scale, const float *__restrict shift,
                         float slope) {
  for (int64_t row = 0; row < rows; row++) {
    const T *values = x + row * width;
    T *results = y + row * width;
    if (residual != nullptr) {
      const T *added = residual + row * width;
      for (int64_t i = 0; i < width; i++) {
        const float z = (widen(values[i]) - mean[i]) * scale[i] + shift[i] + widen(added[i]);
        narrow(z > 0 ? z : z * slope, results + i);
      }
    } else {
      for (int64_t i = 0; i < width; i++) {
        const float z = (widen(values[i]) - mean[i]) * scale[i] + shift[i];
        narrow(z > 0 ? z : z * slope, results + i);
      }
    }
  }
}

// The sums over a block of g and g·x̂, where g is what arrives before the nonlinearity.
template <typename T>
static void gradient_sums(const T *__restrict x, const T *__restrict y, const T *__restrict dy,
                          int64_t rows, int64_t width, const float *__restrict mean,
                          const float *__restrict inverse, float slope, float *__restrict sum,
                          float *__restrict product) {
  for (int64_t i = 0; i < width; i++) sum[i] = product[i] = 0;
  for (int64_t row = 0; row < rows; row++) {
    const int64_t at = row * width;
    for (int64_t i = 0; i < width; i++) {
      const float g = widen(dy[at + i]) * (widen(y[at + i]) > 0 ? 1.f : slope);
      sum[i] += g;
      product[i] += g * (widen(x[at + i]) - mean[i]) * inverse[i];
    }
  }
}

// dx = factor * (g - mean_g - x̂ * mean_gx); where there is a residual, its gradient is g.
template <typename T>
static void backward_rows(const T *__restrict x, const T *__restrict y, const T *__restrict dy,
                          T *__restrict dx, T *__restrict d_residual, int64_t rows, int64_t width,
                          const float *__restrict mean, const float *__restrict inverse,
                          const float *__restrict factor, const float *__restrict mean_g,
                          const float *__restrict mean_gx, float slope) {
  for (int64_t row = 0; row < rows; row++) {
    const int64_t at = row * width;
    for (int64_t i = 0; i < width; i++) {
      const float g = widen(dy[at + i]) * (widen(y[at + i]) > 0 ? 1.f : slope);
      const float deviation = (widen(x[at + i]) - mean[i]) * inverse[i];
      narrow(factor[i] * (g - mean_g[i] - deviation * mean_gx[i]), dx + at + i);
    }
    if (d_residual != nullptr) {
      for (int64_t i = 0; i < width; i++) {
        narrow(widen(dy[at + i]) * (widen(y[at + i]) > 0 ? 1.f : slope), d_residual + at + i);
      }
    }
  }
}
