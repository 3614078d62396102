// The loops of a trilinear warp, channels innermost. Included once per instruction set.

// Where a voxel is read along one axis: the two neighbors, how far the second one counts, and whether
// the place lies between the outermost centers.
struct Tap {
  int64_t low, high;
  float share;
  bool inside;
};

// The voxel that a loop is at: its number in the sample, and its place along D, H and W.
struct Cursor {
  int64_t voxel, d, h, w;
};

static inline Cursor cursor(int64_t voxel, const int64_t *size) {
  return {voxel, voxel / (size[1] * size[2]), voxel / size[2] % size[1], voxel % size[2]};
}

static inline void advance(Cursor &at, const int64_t *size) {
  at.voxel++;
  if (++at.w < size[2]) return;
  at.w = 0;
  if (++at.h < size[1]) return;
  at.h = 0;
  at.d++;
}

static inline Tap tap(float place, int64_t count) {
  const float last = float(count - 1);
  // What is no number is read at the first voxel.
  const float clamped = place > 0 ? (place < last ? place : last) : 0.f;
  const int64_t low = int64_t(clamped);
  return {low, low + 1 < count ? low + 1 : low, clamped - float(low), place > 0 && place < last};
}

// The taps along D, H and W of the voxel, and where its eight neighbors begin in x, W fastest.
static inline void locate(const Cursor &at, const float *field, const int64_t *size,
                          const float *step, int64_t channels, Tap *taps, int64_t *places) {
  const float *u = field + 3 * at.voxel;
  taps[0] = tap(float(at.d) + u[0] * step[0], size[0]);
  taps[1] = tap(float(at.h) + u[1] * step[1], size[1]);
  taps[2] = tap(float(at.w) + u[2] * step[2], size[2]);
  for (int k = 0; k < 8; k++) {
    const int64_t plane = k & 4 ? taps[0].high : taps[0].low;
    const int64_t row = k & 2 ? taps[1].high : taps[1].low;
    places[k] = ((plane * size[1] + row) * size[2] + (k & 1 ? taps[2].high : taps[2].low)) *
                channels;
  }
}

static void warp_voxels(const float *__restrict x, const float *__restrict field,
                        float *__restrict y, int64_t first, int64_t last, const int64_t *size,
                        int64_t channels, const float *step) {
  Cursor at = cursor(first, size);
  for (; at.voxel < last; advance(at, size)) {
    Tap taps[3];
    int64_t p[8];
    locate(at, field, size, step, channels, taps, p);
    const float d = taps[0].share, h = taps[1].share, w = taps[2].share;
    float *__restrict target = y + at.voxel * channels;
    for (int64_t c = 0; c < channels; c++) {
      const float *v = x + c;
      const float a = v[p[0]] + (v[p[1]] - v[p[0]]) * w, b = v[p[2]] + (v[p[3]] - v[p[2]]) * w;
      const float e = v[p[4]] + (v[p[5]] - v[p[4]]) * w, f = v[p[6]] + (v[p[7]] - v[p[6]]) * w;
      const float near = a + (b - a) * h;
      target[c] = near + (e + (f - e) * h - near) * d;
    }
  }
}

// The field's gradient; where a place was moved onto the border it has none.
static void field_gradient(const float *__restrict x, const float *__restrict field,
                           const float *__restrict dy, float *__restrict d_field, int64_t first,
                           int64_t last, const int64_t *size, int64_t channels,
                           const float *step) {
  Cursor at = cursor(first, size);
  for (; at.voxel < last; advance(at, size)) {
    Tap taps[3];
    int64_t p[8];
    locate(at, field, size, step, channels, taps, p);
    const float d = taps[0].share, h = taps[1].share, w = taps[2].share;
    const float *g = dy + at.voxel * channels;
    float along_d = 0, along_h = 0, along_w = 0;
    for (int64_t c = 0; c < channels; c++) {
      const float *v = x + c;
      const float a = v[p[1]] - v[p[0]], b = v[p[3]] - v[p[2]];
      const float e = v[p[5]] - v[p[4]], f = v[p[7]] - v[p[6]];
      // The four rows' values at w, then what they differ by along H in both planes.
      const float r0 = v[p[0]] + a * w, r1 = v[p[2]] + b * w;
      const float r2 = v[p[4]] + e * w, r3 = v[p[6]] + f * w;
      const float near = a + (b - a) * h, far = e + (f - e) * h;
      along_w += g[c] * (near + (far - near) * d);
      along_h += g[c] * (r1 - r0 + (r3 - r2 - r1 + r0) * d);
      along_d += g[c] * (r2 - r0 + (r3 - r2 - r1 + r0) * h);
    }
    float *target = d_field + 3 * at.voxel;
    target[0] = taps[0].inside ? along_d * step[0] : 0.f;
    target[1] = taps[1].inside ? along_h * step[1] : 0.f;
    target[2] = taps[2].inside ? along_w * step[2] : 0.f;
  }
}

// The gradient of some channels of what is warped: each voxel gives its own to the eight it was read
// from, in the order of the voxels.
static void source_gradient(const float *__restrict field, const float *__restrict dy,
                            float *__restrict dx, int64_t voxels, const int64_t *size,
                            int64_t channels, int64_t first_channel, int64_t last_channel,
                            const float *step) {
  Cursor at = cursor(0, size);
  for (; at.voxel < voxels; advance(at, size)) {
    Tap taps[3];
    int64_t p[8];
    locate(at, field, size, step, channels, taps, p);
    const float *__restrict g = dy + at.voxel * channels;
    for (int k = 0; k < 8; k++) {
      const float weight = (k & 4 ? taps[0].share : 1 - taps[0].share) *
                           (k & 2 ? taps[1].share : 1 - taps[1].share) *
                           (k & 1 ? taps[2].share : 1 - taps[2].share);
      float *__restrict target = dx + p[k];
      for (int64_t c = first_channel; c < last_channel; c++) target[c] += weight * g[c];
    }
  }
}
