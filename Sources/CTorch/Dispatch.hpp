// One loop, several instruction sets: a file of loops (`*.inl`) is included once per set, each in a
// namespace of its own and under that set's target attribute (EachInstructionSet.inl,
// EachMatrixWidth.inl); one is picked at run time. The loops are plain functions over a range, so that no lambda has to inherit the attribute.
#pragma once

#if defined(__x86_64__)
#define DELINEATE_X86 1
#endif

#if defined(__clang__)
#define DELINEATE_UNROLL _Pragma("clang loop unroll(full)")
#define DELINEATE_BEGIN_AVX2 \
  _Pragma("clang attribute push(__attribute__((target(\"avx2,fma,f16c\"))), apply_to = function)")
#define DELINEATE_BEGIN_AVX512                                                                \
  _Pragma(                                                                                    \
      "clang attribute push(__attribute__((target(\"avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c,prefer-256-bit\"))), apply_to = function)")
#define DELINEATE_BEGIN_AVX512_WIDE                                                           \
  _Pragma(                                                                                    \
      "clang attribute push(__attribute__((target(\"avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c\"))), apply_to = function)")
#define DELINEATE_END _Pragma("clang attribute pop")
#else
#define DELINEATE_UNROLL _Pragma("GCC unroll 16")
#define DELINEATE_BEGIN_AVX2 _Pragma("GCC push_options") _Pragma("GCC target(\"avx2,fma,f16c\")")
#define DELINEATE_BEGIN_AVX512 \
  _Pragma("GCC push_options") \
      _Pragma("GCC target(\"avx512f,avx512bw,avx512vl,avx512dq,avx2,fma,f16c\")")
#define DELINEATE_BEGIN_AVX512_WIDE DELINEATE_BEGIN_AVX512
#define DELINEATE_END _Pragma("GCC pop_options")
#endif

namespace delineate {

// The widest set that both this file and the machine have.
enum class InstructionSet { generic, avx2, avx512 };

inline InstructionSet instruction_set() {
#if DELINEATE_X86
  static const InstructionSet set = [] {
    __builtin_cpu_init();
    const bool has_avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                          __builtin_cpu_supports("f16c");
    const bool has_avx512 = __builtin_cpu_supports("avx512f") &&
                            __builtin_cpu_supports("avx512bw") &&
                            __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    return has_avx512 && has_avx2 ? InstructionSet::avx512
           : has_avx2             ? InstructionSet::avx2
                                  : InstructionSet::generic;
  }();
  return set;
#else
  return InstructionSet::generic;
#endif
}

}  // namespace delineate

// Calls a loop of EachInstructionSet.inl for the machine's set.
#if DELINEATE_X86
#define DELINEATE_CALL(function, ...)                                    \
  switch (instruction_set()) {                                           \
    case InstructionSet::avx512: avx512::function(__VA_ARGS__); break;   \
    case InstructionSet::avx2: avx2::function(__VA_ARGS__); break;       \
    case InstructionSet::generic: generic::function(__VA_ARGS__); break; \
  }
#else
#define DELINEATE_CALL(function, ...) generic::function(__VA_ARGS__)
#endif
