// Winograd's F(4x4, 3x3) on vectors of LANES channels, after MatrixLoops.inl. Included once per
// instruction set.

// One row of Bᵀd: six input samples to six points (Lavin & Gray, CVPR 2016, F(4, 3)).
static inline void to_points(const Vector d[6], Vector p[6]) {
  p[0] = 4 * d[0] - 5 * d[2] + d[4];
  const Vector even = d[4] - 4 * d[2], odd = d[3] - 4 * d[1];
  p[1] = even + odd;
  p[2] = even - odd;
  const Vector even2 = d[4] - d[2], odd2 = 2 * (d[3] - d[1]);
  p[3] = even2 + odd2;
  p[4] = even2 - odd2;
  p[5] = 4 * d[1] - 5 * d[3] + d[5];
}

// One row of Aᵀm: six points to four outputs.
static inline void from_points(const Vector m[6], Vector y[4]) {
  const Vector sum = m[1] + m[2], difference = m[1] - m[2];
  const Vector sum2 = m[3] + m[4], difference2 = m[3] - m[4];
  y[0] = m[0] + sum + sum2;
  y[1] = difference + 2 * difference2;
  y[2] = sum + 4 * sum2;
  y[3] = difference + 8 * difference2 + m[5];
}

// The points of a block of tiles of one input plane: values[point][tile][channel].
template <typename T>
static void transform_input(const WinogradJob &job, int64_t plane, int64_t first_tile,
                            int64_t tiles, float *values) {
  const int64_t point_step = job.tiles_per_block * job.inputs;
  for (int64_t t = 0; t < tiles; t++) {
    const int64_t tile = first_tile + t;
    const int64_t top = tile / job.tile_columns * 4 - 1, left = tile % job.tile_columns * 4 - 1;
    int64_t offset = 0;
    for (int s = 0; s < 2; s++) {
      const WinogradSource &source = job.sources[s];
      const T *base = static_cast<const T *>(source.values) +
                      plane * job.height * job.width * source.channels;
      for (int64_t c = 0; c < source.channels; c += LANES) {
        Vector half[6][6];
        for (int64_t x = 0; x < 6; x++) {
          Vector column[6], points[6];
          for (int64_t y = 0; y < 6; y++) {
            const int64_t row = top + y, place = left + x;
            const bool inside = row >= 0 && row < job.height && place >= 0 && place < job.width;
            column[y] = inside
                            ? load_vector(base + (row * job.width + place) * source.channels + c)
                            : Vector{};
          }
          to_points(column, points);
          for (int y = 0; y < 6; y++) half[y][x] = points[y];
        }
        float *out = values + t * job.inputs + offset + c;
        for (int y = 0; y < 6; y++) {
          Vector points[6];
          to_points(half[y], points);
          for (int x = 0; x < 6; x++) store_vector(out + (y * 6 + x) * point_step, points[x]);
        }
      }
      offset += source.channels;
    }
  }
}

// products[point][tile][output] of one output plane; `planes` are the transformed input planes of
// each depth tap, null outside the volume.
template <int COLUMNS>
static void multiply(const WinogradJob &job, const float *const *planes, int64_t tiles,
                     float *products) {
  const int64_t tap_step = job.inputs * COLUMNS * LANES, column_step = job.taps * tap_step;
  const int64_t point_step = job.outputs / (COLUMNS * LANES) * column_step;
  for (int64_t point = 0; point < 36; point++) {
    const int64_t shift = point * job.tiles_per_block * job.inputs;
    for (int64_t column = 0; column < job.outputs / (COLUMNS * LANES); column++) {
      const float *weights = job.weights + point * point_step + column * column_step;
      float *out = products + point * job.tiles_per_block * job.outputs + column * COLUMNS * LANES;
      const float *taps[3];
      for (int64_t tap = 0; tap < job.taps; tap++) {
        taps[tap] = planes[tap] == nullptr ? nullptr : planes[tap] + shift;
      }
      const Product<COLUMNS> product{taps, job.taps, job.inputs, job.inputs, weights, tap_step,
                                     nullptr, job.outputs};
      multiply_tiles(product, tiles, out);
    }
  }
}

template <typename T>
static void transform_output(const WinogradJob &job, int64_t plane, int64_t first_tile,
                             int64_t tiles, const float *products) {
  const int64_t point_step = job.tiles_per_block * job.outputs;
  T *base = static_cast<T *>(job.result) + plane * job.height * job.width * job.outputs;
  for (int64_t t = 0; t < tiles; t++) {
    const int64_t tile = first_tile + t;
    const int64_t top = tile / job.tile_columns * 4, left = tile % job.tile_columns * 4;
    const int64_t rows = job.height - top < 4 ? job.height - top : 4;
    const int64_t columns = job.width - left < 4 ? job.width - left : 4;
    for (int64_t c = 0; c < job.outputs; c += LANES) {
      const float *m = products + t * job.outputs + c;
      const Vector bias = load_vector(job.bias + c);
      Vector half[4][6];
      for (int x = 0; x < 6; x++) {
        Vector points[6], outputs[4];
        for (int y = 0; y < 6; y++) points[y] = load_vector(m + (y * 6 + x) * point_step);
        from_points(points, outputs);
        for (int y = 0; y < 4; y++) half[y][x] = outputs[y];
      }
      for (int64_t y = 0; y < rows; y++) {
        Vector outputs[4];
        from_points(half[y], outputs);
        T *out = base + ((top + y) * job.width + left) * job.outputs + c;
        for (int64_t x = 0; x < columns; x++) store_vector(out + x * job.outputs, outputs[x] + bias);
      }
    }
  }
}

// One block of tiles through a range of output planes; the transformed planes go around a ring.
template <typename T>
static void convolve_block(const WinogradJob &job, int64_t block, int64_t first_plane,
                           int64_t last_plane, float *scratch) {
  const int64_t first_tile = block * job.tiles_per_block;
  const int64_t left = job.tile_count - first_tile;
  const int64_t tiles = left < job.tiles_per_block ? left : job.tiles_per_block;
  const int64_t plane_size = 36 * job.tiles_per_block * job.inputs;
  float *products = scratch + job.taps * plane_size;
  const int64_t reach = job.taps / 2;
  int64_t next = first_plane - reach;
  for (int64_t plane = first_plane; plane < last_plane; plane++) {
    for (; next <= plane + reach; next++) {
      if (next < 0 || next >= job.depth) continue;
      transform_input<T>(job, next, first_tile, tiles, scratch + next % job.taps * plane_size);
    }
    const float *planes[3];
    for (int64_t tap = 0; tap < job.taps; tap++) {
      const int64_t source = plane + tap - reach;
      const bool inside = source >= 0 && source < job.depth;
      planes[tap] = inside ? scratch + source % job.taps * plane_size : nullptr;
    }
    if (job.outputs % (2 * LANES) == 0) {
      multiply<2>(job, planes, tiles, products);
    } else {
      multiply<1>(job, planes, tiles, products);
    }
    transform_output<T>(job, plane, first_tile, tiles, products);
  }
}
