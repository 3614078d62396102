// Convolutions as plain matrix products, after MatrixLoops.inl. Included once per instruction set.

// One row of output voxels from `lines` input lines (null for zeros), `length` values of each per
// voxel: all columns of outputs, the last of which may be narrower than a vector.
static void multiply_voxels(const DenseJob &job, const float *const *lines, int64_t line_count,
                            int64_t length, const float *weights, float *out, int64_t output_step,
                            float *spill) {
  const int64_t rows = job.size[2], line_step = length * 2 * LANES;
  for (int64_t first = 0; first < job.outputs; first += 2 * LANES) {
    const int64_t left = job.outputs - first;
    const bool is_whole = left >= 2 * LANES;
    const Product<2> product{lines, line_count, length, job.inputs, weights, line_step,
                             job.bias + first, is_whole ? output_step : 2 * LANES};
    multiply_tiles(product, rows, is_whole ? out + first : spill);
    weights += line_count * line_step;
    if (is_whole) continue;
    for (int64_t row = 0; row < rows; row++) {
      __builtin_memcpy(out + row * output_step + first, spill + row * 2 * LANES,
                       static_cast<size_t>(left) * sizeof(float));
    }
  }
}

// The input lines that one row of output voxels sees, with zeros before and after each.
static void gather_lines(const DenseJob &job, int64_t d, int64_t h, float *memory,
                         const float **lines) {
  const int64_t *k = job.kernel;
  const int64_t line = job.size[2] * job.inputs, border = k[2] / 2 * job.inputs;
  for (int64_t tap = 0; tap < k[0] * k[1]; tap++) {
    const int64_t z = d + tap / k[1] - k[0] / 2, y = h + tap % k[1] - k[1] / 2;
    const bool is_inside = z >= 0 && z < job.size[0] && y >= 0 && y < job.size[1];
    lines[tap] = is_inside ? memory : nullptr;
    if (!is_inside) continue;
    __builtin_memset(memory, 0, static_cast<size_t>(border) * sizeof(float));
    __builtin_memcpy(memory + border, job.source + (z * job.size[1] + y) * line,
                     static_cast<size_t>(line) * sizeof(float));
    __builtin_memset(memory + border + line, 0, static_cast<size_t>(border) * sizeof(float));
    memory += line + 2 * border;
  }
}

// Rows [begin, end) of the input's D x H rows.
static void convolve_rows(const DenseJob &job, float *scratch, int64_t begin, int64_t end) {
  const int64_t *k = job.kernel;
  const int64_t width = job.size[2], taps = k[0] * k[1] * k[2];
  for (int64_t row = begin; row < end; row++) {
    const int64_t d = row / job.size[1], h = row % job.size[1];
    const float *voxels = job.source + row * width * job.inputs;
    if (job.is_transposed) {
      // Each tap of the kernel writes its own voxel of every stride-sized block.
      for (int64_t tap = 0; tap < taps; tap++) {
        const int64_t a = tap / (k[1] * k[2]), b = tap / k[2] % k[1], c = tap % k[2];
        float *out = job.result +
                     (((d * k[0] + a) * job.size[1] * k[1] + h * k[1] + b) * width * k[2] + c) *
                         job.outputs;
        multiply_voxels(job, &voxels, 1, job.inputs, job.weights + tap * job.weight_tap_step, out,
                        k[2] * job.outputs, scratch);
      }
      continue;
    }
    float *out = job.result + row * width * job.outputs;
    if (taps == 1) {
      multiply_voxels(job, &voxels, 1, job.inputs, job.weights, out, job.outputs, scratch);
    } else {
      const float *lines[most_lines];
      gather_lines(job, d, h, scratch + width * 2 * LANES, lines);
      multiply_voxels(job, lines, k[0] * k[1], k[2] * job.inputs, job.weights, out, job.outputs,
                      scratch);
    }
  }
}
