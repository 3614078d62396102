// Includes the file DELINEATE_LOOPS once for each instruction set, each in a namespace of its own and
// under that set's target attribute; DELINEATE_CALL picks one at run time.
namespace generic {
#include DELINEATE_LOOPS
}
#if DELINEATE_X86
DELINEATE_BEGIN_AVX2
namespace avx2 {
#include DELINEATE_LOOPS
}
DELINEATE_END
DELINEATE_BEGIN_AVX512
namespace avx512 {
#include DELINEATE_LOOPS
}
DELINEATE_END
#endif
#undef DELINEATE_LOOPS
