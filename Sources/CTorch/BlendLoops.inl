// The loops of blending and restoration, over ranges of rows. Included once per instruction set.

static void blend_rows(const BlendJob &job, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) {
    const int64_t d = row / job.window[1], h = row % job.window[1];
    const int64_t plane = (job.start[0] + d) % job.ring_depth;
    const int64_t voxel = (plane * job.volume[1] + job.start[1] + h) * job.volume[2] + job.start[2];
    const uint16_t *gaussian = job.gaussian + row * job.window[2];
    const float *logits = job.logits + row * job.window[2] * job.channels;
    uint16_t *sum = job.sum + voxel * job.channel_stride;
    for (int64_t w = 0; w < job.window[2]; w++) {
      const Lanes weight = Lanes::all(half_to_float(gaussian[w]));
      for (int64_t c = 0; c < job.channels; c += 8) {
        const int64_t left = job.channels - c;
        const Lanes logit =
            left >= 8 ? Lanes::load(logits + c) : Lanes::load_first(logits + c, left);
        // nnU-Net multiplies in single precision, adds in single, and rounds the sum to half.
        Lanes::load(sum + c).plus(logit.times(weight)).store(sum + c);
      }
      logits += job.channels;
      sum += job.channel_stride;
    }
    if (job.weights == nullptr) continue;
    uint16_t *weights = job.weights + voxel;
    for (int64_t w = 0; w < job.window[2]; w++) {
      weights[w] = float_to_half(half_to_float(weights[w]) + half_to_float(gaussian[w]));
    }
  }
}

static bool finish_voxels(const FinishJob &job, int64_t begin, int64_t end) {
  unsigned bad = 0;
  const Lanes folds = Lanes::all(static_cast<float>(job.fold_count));
  for (int64_t voxel = begin; voxel < end; voxel++) {
    const float weight = half_to_float(job.weights[voxel]);
    uint16_t *first = job.sums[0] + voxel * job.channel_stride;
    if (weight == 0) {
      for (int64_t c = 0; c < job.channel_stride; c++) {
        first[c] = float_to_half(c == 0 ? job.uncovered : -std::fabs(job.uncovered));
      }
      continue;
    }
    const Lanes divisor = Lanes::all(weight);
    for (int64_t c = 0; c < job.channel_stride; c += 8) {
      Lanes value = Lanes::load(first + c).over(divisor).rounded_to_half();
      for (size_t fold = 1; fold < job.fold_count; fold++) {
        const uint16_t *other = job.sums[fold] + voxel * job.channel_stride + c;
        const Lanes logit = Lanes::load(other).over(divisor).rounded_to_half();
        value = value.plus(logit).rounded_to_half();
      }
      if (job.fold_count > 1) value = value.over(folds).rounded_to_half();
      bad |= value.not_finite();
      value.store(first + c);
    }
  }
  return bad == 0;
}

// The logits of one output row on the source's columns: two planes and two rows, interpolated.
static void interpolate_row(const RestoreJob &job, const ct_tap &row, float *line) {
  const int64_t row_size = job.source_width * job.channel_stride;
  const uint16_t *low_low = job.low_plane + row.low * row_size;
  const uint16_t *low_high = job.low_plane + row.high * row_size;
  const uint16_t *high_low = job.high_plane + row.low * row_size;
  const uint16_t *high_high = job.high_plane + row.high * row_size;
  const Lanes plane_weight = Lanes::all(job.plane_weight), row_weight = Lanes::all(row.weight);
  const bool one_plane = job.plane_weight == 0 || job.low_plane == job.high_plane;
  const bool one_row = row.weight == 0 || row.low == row.high;
  for (int64_t i = 0; i < row_size; i += 8) {
    Lanes near = Lanes::load(low_low + i);
    if (!one_plane) {
      near = Lanes::fused(near, plane_weight, Lanes::load(high_low + i).minus(near));
    }
    if (!one_row) {
      Lanes far = Lanes::load(low_high + i);
      if (!one_plane) {
        far = Lanes::fused(far, plane_weight, Lanes::load(high_high + i).minus(far));
      }
      near = Lanes::fused(near, row_weight, far.minus(near));
    }
    near.store(line + i);
  }
}

static inline Lanes logit_at(const RestoreJob &job, const float *low, const float *high, Lanes weight,
                             int64_t c) {
  const Lanes near = Lanes::load(low + c);
  const Lanes value = Lanes::fused(near, weight, Lanes::load(high + c).minus(near));
  return job.rounds_to_half ? value.rounded_to_half() : value;
}

// Lanes beyond the last channel never win.
static inline Lanes without_padding(const RestoreJob &job, Lanes value, int64_t c) {
  if (c + 8 <= job.channels) return value;
  float lanes[8];
  value.store(lanes);
  for (int64_t i = job.channels - c; i < 8; i++) lanes[i] = -INFINITY;
  return Lanes::load(lanes);
}

static uint16_t decide_first_maximum(const RestoreJob &job, const float *low, const float *high,
                                     float weight) {
  const Lanes weights = Lanes::all(weight);
  float best = -INFINITY;
  int64_t winner = 0;
  for (int64_t c = 0; c < job.channels; c += 8) {
    const Lanes value = without_padding(job, logit_at(job, low, high, weights, c), c);
    const float largest = value.largest();
    if (largest > best) {
      best = largest;
      winner = c + __builtin_ctz(value.equal(largest) | 0x100u);
    }
  }
  return job.labels[winner];
}

static uint16_t decide_last_region(const RestoreJob &job, const float *low, const float *high,
                                   float weight) {
  // In single precision sigmoid(x) exceeds one half from the first x above 2^-23 on.
  const float threshold = 1.1920928955078125e-7f;
  const Lanes weights = Lanes::all(weight);
  uint16_t label = 0;
  for (int64_t c = 0; c < job.channels; c += 8) {
    const Lanes value = without_padding(job, logit_at(job, low, high, weights, c), c);
    const unsigned inside = value.above(threshold);
    if (inside != 0) label = job.labels[c + 31 - __builtin_clz(inside)];
  }
  return label;
}

static void restore_rows(const RestoreJob &job, float *line, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; row++) {
    interpolate_row(job, job.rows[row], line);
    uint16_t *output = job.output + row * job.row_stride;
    for (int64_t column = 0; column < job.column_count; column++) {
      const ct_tap tap = job.columns[column];
      const float *low = line + tap.low * job.channel_stride;
      const float *high = line + tap.high * job.channel_stride;
      output[column * job.column_stride] =
          job.decision == CT_ARGMAX ? decide_first_maximum(job, low, high, tap.weight)
                                    : decide_last_region(job, low, high, tap.weight);
    }
  }
}

static void restore_probability_rows(const RestoreJob &job, float *line, int64_t begin,
                                     int64_t end) {
  float *logits = line + job.source_width * job.channel_stride;
  for (int64_t row = begin; row < end; row++) {
    interpolate_row(job, job.rows[row], line);
    for (int64_t column = 0; column < job.column_count; column++) {
      const ct_tap tap = job.columns[column];
      const Lanes weights = Lanes::all(tap.weight);
      for (int64_t c = 0; c < job.channels; c += 8) {
        logit_at(job, line + tap.low * job.channel_stride, line + tap.high * job.channel_stride,
                 weights, c)
            .store(logits + c);
      }
      to_probabilities(logits, job.channels, job.decision);
      float *output = job.probabilities + row * job.row_stride + column * job.column_stride;
      for (int64_t c = 0; c < job.channels; c++) output[c * job.channel_step] = logits[c];
    }
  }
}
