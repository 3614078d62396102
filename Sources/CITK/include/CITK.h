/// Volume files through ITK 5 and compressed DICOM frames through GDCM, as plain C.
///
/// Every function catches what the libraries throw and returns a status; `message` receives one
/// line of text. None of them keeps state or memory after it returns.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum citk_status {
  CITK_OK = 0,
  /// The library refused; `message` says why.
  CITK_FAILED = 1,
  /// The decoder crashed or ran out of its bounds in its own process.
  CITK_DECODER_DIED = 2,
  /// There is not enough memory.
  CITK_OUT_OF_MEMORY = 3,
} citk_status;

typedef enum citk_format { CITK_NIFTI = 0, CITK_NRRD = 1, CITK_META = 2 } citk_format;

typedef enum citk_scalar {
  CITK_UINT8 = 0,
  CITK_INT8 = 1,
  CITK_UINT16 = 2,
  CITK_INT16 = 3,
  CITK_UINT32 = 4,
  CITK_INT32 = 5,
  CITK_FLOAT32 = 6,
  CITK_FLOAT64 = 7,
} citk_scalar;

/// Room for a message, its terminating zero included.
#define CITK_MESSAGE_SIZE 512
typedef struct citk_message {
  char text[CITK_MESSAGE_SIZE];
} citk_message;

/// Where voxels lie: LPS, mm; `direction` holds the unit vectors along i, j and k one after another.
typedef struct citk_grid {
  int64_t size[3];
  double spacing[3];
  double origin[3];
  double direction[9];
} citk_grid;

/// Reads the grid of a file's first three dimensions. The caller has checked the header.
citk_status citk_read_grid(const char *path, citk_format format, citk_grid *grid,
                           citk_message *message);

/// Writes `voxels` (i fastest, `components` scalars a voxel side by side) and, in NRRD, `count` pairs
/// of text. `level` is zlib's, 1 to 9; 0 writes the voxels as they are.
citk_status citk_write(const char *path, citk_format format, const citk_grid *grid,
                       citk_scalar scalar, int components, const void *voxels, int level,
                       const char *const *keys, const char *const *values, size_t count,
                       citk_message *message);

/// Writes `width` × `height` pixels of red, green and blue bytes as PNG.
citk_status citk_write_png(const char *path, int64_t width, int64_t height, const uint8_t *pixels,
                           citk_message *message);

/// How the samples of one compressed DICOM frame are laid out.
typedef struct citk_frame_format {
  const char *transfer_syntax;
  int64_t columns;
  int64_t rows;
  int bits_allocated;
  int bits_stored;
  int high_bit;
  int is_signed;
} citk_frame_format;

/// One compressed frame.
typedef struct citk_frame {
  const uint8_t *bytes;
  size_t size;
} citk_frame;

/// Decodes frames of one format with GDCM in a child process of its own, so that a codec that
/// crashes, hangs or swallows memory on a broken stream harms nobody.
/// `pixels` receives `count × rows × columns × bits_allocated / 8` bytes in the machine's order.
/// On failure `failed` is the index of the frame.
citk_status citk_decode_frames(const citk_frame_format *format, const citk_frame *frames,
                               size_t count, uint8_t *pixels, size_t *failed,
                               citk_message *message);

#ifdef __cplusplus
}
#endif
