// Small matrix products held in registers: TILE_ROWS rows by one or two vectors of LANES outputs.
// Included once per instruction set, which defines LANES (floats per vector) and TILE_ROWS.

typedef float Vector __attribute__((vector_size(LANES * 4), aligned(4), may_alias));

typedef uint32_t Bits __attribute__((vector_size(LANES * 4)));
typedef uint16_t Halves __attribute__((vector_size(LANES * 2), aligned(2), may_alias));

static inline Vector load_vector(const float *p) { return *reinterpret_cast<const Vector *>(p); }
static inline void store_vector(float *p, Vector v) { *reinterpret_cast<Vector *>(p) = v; }

// bfloat16 is the upper half of a float; stored rounded to nearest even.
static inline Vector load_vector(const uint16_t *p) {
  const Bits bits = __builtin_convertvector(*reinterpret_cast<const Halves *>(p), Bits) << 16;
  Vector v;
  __builtin_memcpy(&v, &bits, sizeof v);
  return v;
}
static inline void store_vector(uint16_t *p, Vector v) {
  Bits bits;
  __builtin_memcpy(&bits, &v, sizeof v);
  bits = (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
  *reinterpret_cast<Halves *>(p) = __builtin_convertvector(bits, Halves);
}

// rows x (COLUMNS * LANES) outputs: the sum over `taps` of a[tap] (rows `row_step` apart, `inputs`
// long, or null for zeros) times packed weights [tap][input][COLUMNS * LANES], plus a bias or none.
// Output rows are `output_step` apart.
template <int COLUMNS>
struct Product {
  const float *const *a;
  int64_t taps, inputs, row_step;
  const float *weights;
  int64_t weight_tap_step;
  const float *bias;
  int64_t output_step;
};

template <int ROWS, int COLUMNS>
static inline void multiply_rows(const Product<COLUMNS> &product, int64_t first, float *out) {
  // Locals: the compiler cannot know that nothing here changes the product.
  const int64_t inputs = product.inputs, row_step = product.row_step;
  const int64_t output_step = product.output_step;
  Vector sum[ROWS][COLUMNS];
  for (int c = 0; c < COLUMNS; c++) {
    const Vector start =
        product.bias == nullptr ? Vector{} : load_vector(product.bias + c * LANES);
    for (int r = 0; r < ROWS; r++) sum[r][c] = start;
  }
  for (int64_t tap = 0; tap < product.taps; tap++) {
    if (product.a[tap] == nullptr) continue;
    const float *a = product.a[tap] + first * row_step;
    const float *b = product.weights + tap * product.weight_tap_step;
    for (int64_t k = 0; k < inputs; k++) {
      Vector weight[COLUMNS];
      for (int c = 0; c < COLUMNS; c++) weight[c] = load_vector(b + c * LANES);
      DELINEATE_UNROLL
      for (int r = 0; r < ROWS; r++) {
        const float x = a[r * row_step + k];
        for (int c = 0; c < COLUMNS; c++) sum[r][c] += weight[c] * x;
      }
      b += COLUMNS * LANES;
    }
  }
  out += first * output_step;
  for (int r = 0; r < ROWS; r++) {
    for (int c = 0; c < COLUMNS; c++) {
      store_vector(out + r * output_step + c * LANES, sum[r][c]);
    }
  }
}

template <int COLUMNS>
static inline void multiply_tiles(const Product<COLUMNS> &product, int64_t rows, float *out) {
  int64_t row = 0;
  for (; row + TILE_ROWS <= rows; row += TILE_ROWS) {
    multiply_rows<TILE_ROWS>(product, row, out);
  }
  for (; row + 4 <= rows; row += 4) multiply_rows<4>(product, row, out);
  for (; row < rows; row++) multiply_rows<1>(product, row, out);
}
