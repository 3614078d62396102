// The loops of the losses on channels-last logits: `voxels` rows of `classes` values. Included once
// per instruction set.

// Softmax of one voxel into p; returns the logarithm of the sum of exponentials.
static inline float softmax(const float *logits, int64_t classes, float *p) {
  float largest = logits[0];
  for (int64_t c = 1; c < classes; c++) largest = logits[c] > largest ? logits[c] : largest;
  float sum = 0;
  for (int64_t c = 0; c < classes; c++) sum += p[c] = std::exp(logits[c] - largest);
  const float inverse = 1 / sum;
  for (int64_t c = 0; c < classes; c++) p[c] *= inverse;
  return largest + std::log(sum);
}

// The probability of a voxel's set of labels: its own, and with background those not contoured.
static inline float label_probability(const float *p, const uint8_t *known, int64_t classes,
                                      uint8_t label) {
  float sum = p[label];
  if (label == 0) {
    for (int64_t c = 1; c < classes; c++) sum += known[c] ? 0 : p[c];
  }
  return sum;
}

static void cross_entropies(const float *logits, const uint8_t *labels, const uint8_t *known,
                            int64_t voxels, int64_t classes, float *p, float *result) {
  for (int64_t v = 0; v < voxels; v++) {
    softmax(logits + v * classes, classes, p);
    const float q = label_probability(p, known, classes, labels[v]);
    result[v] = -std::log(q > 1e-38f ? q : 1e-38f);
  }
}

// d logit = g (p - q), where q is the softmax within the voxel's set of labels.
static void cross_entropy_gradient(const float *logits, const uint8_t *labels,
                                   const uint8_t *known, const float *g, int64_t voxels,
                                   int64_t classes, float *p, float *result) {
  for (int64_t v = 0; v < voxels; v++) {
    softmax(logits + v * classes, classes, p);
    const uint8_t label = labels[v];
    const float q = label_probability(p, known, classes, label);
    const float inverse = 1 / (q > 1e-38f ? q : 1e-38f);
    float *out = result + v * classes;
    for (int64_t c = 0; c < classes; c++) {
      const bool is_meant = c == label || (label == 0 && !known[c]);
      out[c] = g[v] * (is_meant ? p[c] - p[c] * inverse : p[c]);
    }
  }
}

// Adds to sums[0 ..< classes] the probabilities at each class's own voxels, to the next all
// probabilities, to the last the voxels.
static void overlap_sums(const float *logits, const uint8_t *labels, int64_t voxels,
                         int64_t classes, float *p, double *sums) {
  for (int64_t v = 0; v < voxels; v++) {
    softmax(logits + v * classes, classes, p);
    const uint8_t label = labels[v];
    sums[label] += p[label];
    for (int64_t c = 0; c < classes; c++) sums[classes + c] += p[c];
    sums[2 * classes + label] += 1;
  }
}

// d logit = p (d - Σ p d), where d is the gradient of each probability: own[c] more at own voxels.
static void overlap_gradient(const float *logits, const uint8_t *labels, const float *own,
                             const float *all, int64_t voxels, int64_t classes, float *p,
                             float *result) {
  for (int64_t v = 0; v < voxels; v++) {
    softmax(logits + v * classes, classes, p);
    const uint8_t label = labels[v];
    float mean = p[label] * own[label];
    for (int64_t c = 0; c < classes; c++) mean += p[c] * all[c];
    float *out = result + v * classes;
    for (int64_t c = 0; c < classes; c++) out[c] = p[c] * (all[c] - mean);
    out[label] += p[label] * own[label];
  }
}
