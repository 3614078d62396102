// Single precision as it is, and bfloat16 as the upper half of it. Included once per instruction set.

static inline float widen(float x) { return x; }
static inline float widen(uint16_t x) {
  const uint32_t bits = static_cast<uint32_t>(x) << 16;
  float value;
  __builtin_memcpy(&value, &bits, 4);
  return value;
}
static inline void narrow(float value, float *out) { *out = value; }
static inline void narrow(float value, uint16_t *out) {
  uint32_t bits;
  __builtin_memcpy(&bits, &value, 4);
  *out = static_cast<uint16_t>((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}
