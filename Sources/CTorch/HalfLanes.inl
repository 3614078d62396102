// Eight floats at a time, with halves in memory. Included inside a namespace per instruction set;
// LANES_AVX2 chooses intrinsics, otherwise plain loops over c10's conversions.
#if LANES_AVX2
struct Lanes {
  __m256 value;

  static Lanes zero() { return {_mm256_setzero_ps()}; }
  static Lanes all(float x) { return {_mm256_set1_ps(x)}; }
  static Lanes load(const float *p) { return {_mm256_loadu_ps(p)}; }
  static Lanes load_first(const float *p, int64_t count) {
    const __m256i lane = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    const __m256i wanted = _mm256_set1_epi32(static_cast<int>(count));
    return {_mm256_maskload_ps(p, _mm256_cmpgt_epi32(wanted, lane))};
  }
  static Lanes load(const uint16_t *p) {
    return {_mm256_cvtph_ps(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p)))};
  }
  void store(float *p) const { _mm256_storeu_ps(p, value); }
  void store(uint16_t *p) const {
    _mm_storeu_si128(reinterpret_cast<__m128i *>(p),
                     _mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT));
  }
  Lanes rounded_to_half() const {
    return {_mm256_cvtph_ps(_mm256_cvtps_ph(value, _MM_FROUND_TO_NEAREST_INT))};
  }
  Lanes plus(Lanes b) const { return {_mm256_add_ps(value, b.value)}; }
  Lanes minus(Lanes b) const { return {_mm256_sub_ps(value, b.value)}; }
  Lanes times(Lanes b) const { return {_mm256_mul_ps(value, b.value)}; }
  Lanes over(Lanes b) const { return {_mm256_div_ps(value, b.value)}; }
  Lanes maximum(Lanes b) const { return {_mm256_max_ps(value, b.value)}; }
  // a + b * c in one rounding.
  static Lanes fused(Lanes a, Lanes b, Lanes c) {
    return {_mm256_fmadd_ps(b.value, c.value, a.value)};
  }
  float largest() const {
    __m128 m = _mm_max_ps(_mm256_castps256_ps128(value), _mm256_extractf128_ps(value, 1));
    m = _mm_max_ps(m, _mm_movehl_ps(m, m));
    m = _mm_max_ss(m, _mm_shuffle_ps(m, m, 1));
    return _mm_cvtss_f32(m);
  }
  // One bit for each lane equal to x.
  unsigned equal(float x) const {
    return static_cast<unsigned>(
        _mm256_movemask_ps(_mm256_cmp_ps(value, _mm256_set1_ps(x), _CMP_EQ_OQ)));
  }
  unsigned above(float x) const {
    return static_cast<unsigned>(
        _mm256_movemask_ps(_mm256_cmp_ps(value, _mm256_set1_ps(x), _CMP_GT_OQ)));
  }
  // One bit for each lane that is infinite or not a number.
  unsigned not_finite() const {
    const __m256 difference = _mm256_sub_ps(value, value);
    return static_cast<unsigned>(_mm256_movemask_ps(
        _mm256_cmp_ps(difference, _mm256_setzero_ps(), _CMP_NEQ_UQ)));
  }
};
#else
struct Lanes {
  float value[8];

  template <typename F>
  static Lanes each(F &&f) {
    Lanes r;
    for (int i = 0; i < 8; i++) r.value[i] = f(i);
    return r;
  }
  template <typename F>
  static unsigned bits(F &&f) {
    unsigned r = 0;
    for (int i = 0; i < 8; i++) r |= f(i) ? 1u << i : 0u;
    return r;
  }
  static Lanes zero() { return all(0); }
  static Lanes all(float x) {
    return each([&](int) { return x; });
  }
  static Lanes load(const float *p) {
    return each([&](int i) { return p[i]; });
  }
  static Lanes load_first(const float *p, int64_t count) {
    return each([&](int i) { return i < count ? p[i] : 0.f; });
  }
  static Lanes load(const uint16_t *p) {
    return each([&](int i) { return c10::detail::fp16_ieee_to_fp32_value(p[i]); });
  }
  void store(float *p) const {
    for (int i = 0; i < 8; i++) p[i] = value[i];
  }
  void store(uint16_t *p) const {
    for (int i = 0; i < 8; i++) p[i] = c10::detail::fp16_ieee_from_fp32_value(value[i]);
  }
  Lanes rounded_to_half() const {
    uint16_t halves[8];
    store(halves);
    return load(halves);
  }
  Lanes plus(Lanes b) const {
    return each([&](int i) { return value[i] + b.value[i]; });
  }
  Lanes minus(Lanes b) const {
    return each([&](int i) { return value[i] - b.value[i]; });
  }
  Lanes times(Lanes b) const {
    return each([&](int i) { return value[i] * b.value[i]; });
  }
  Lanes over(Lanes b) const {
    return each([&](int i) { return value[i] / b.value[i]; });
  }
  Lanes maximum(Lanes b) const {
    return each([&](int i) { return value[i] > b.value[i] ? value[i] : b.value[i]; });
  }
  static Lanes fused(Lanes a, Lanes b, Lanes c) {
    return each([&](int i) { return std::fma(b.value[i], c.value[i], a.value[i]); });
  }
  float largest() const {
    float m = value[0];
    for (int i = 1; i < 8; i++) m = value[i] > m ? value[i] : m;
    return m;
  }
  unsigned equal(float x) const {
    return bits([&](int i) { return value[i] == x; });
  }
  unsigned above(float x) const {
    return bits([&](int i) { return value[i] > x; });
  }
  unsigned not_finite() const {
    return bits([&](int i) { return !std::isfinite(value[i]); });
  }
};
#endif
