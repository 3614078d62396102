// The types of the C boundary to libtorch. Part of CTorch.h.
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  CT_OK = 0,
  CT_OUT_OF_MEMORY = 1,
  CT_INVALID_ARGUMENT = 2,
  CT_INTERNAL = 3,
} ct_status;

typedef enum { CT_FLOAT32 = 0, CT_BFLOAT16 = 1, CT_FLOAT16 = 2 } ct_type;
typedef enum { CT_CPU = 0, CT_CUDA = 1 } ct_device;

typedef struct ct_tensor ct_tensor;
typedef struct ct_convolution ct_convolution;

#ifdef __cplusplus
}
#endif
