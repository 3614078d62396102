// Includes the matrix product and the file DELINEATE_LOOPS, which uses it, for vectors of 8 and of 16
// numbers, each in a namespace of its own; there is no such product without vectors.
#if DELINEATE_X86
DELINEATE_BEGIN_AVX2
namespace avx2 {
#define LANES 8
#define TILE_ROWS 6
#include "MatrixLoops.inl"
#include DELINEATE_LOOPS
#undef LANES
#undef TILE_ROWS
}  // namespace avx2
DELINEATE_END
DELINEATE_BEGIN_AVX512_WIDE
namespace avx512 {
#define LANES 16
#define TILE_ROWS 12
#include "MatrixLoops.inl"
#include DELINEATE_LOOPS
#undef LANES
#undef TILE_ROWS
}  // namespace avx512
DELINEATE_END
#endif
#undef DELINEATE_LOOPS
