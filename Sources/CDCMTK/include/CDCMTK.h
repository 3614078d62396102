/// DICOM data sets through DCMTK 3.6, as plain C.
///
/// A data set is a tree: elements in the order of their tags, some of them sequences of items, which
/// are data sets again. It is walked or built element by element; nothing here knows what an object
/// is about. Every function catches what the library throws and returns a status; `message` receives
/// one line of text.
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef enum cdcmtk_status {
  CDCMTK_OK = 0,
  /// The library refused; `message` says why.
  CDCMTK_FAILED = 1,
  /// There is not enough memory.
  CDCMTK_OUT_OF_MEMORY = 2,
} cdcmtk_status;

/// Room for a message, its terminating zero included.
#define CDCMTK_MESSAGE_SIZE 512
typedef struct cdcmtk_message {
  char text[CDCMTK_MESSAGE_SIZE];
} cdcmtk_message;

/// A file: meta information and a data set. Freed with `cdcmtk_free`.
typedef struct cdcmtk_file cdcmtk_file;
/// A data set of a file or an item of a sequence; it belongs to its file.
typedef struct cdcmtk_item cdcmtk_item;
/// An element of an item; it belongs to its file.
typedef struct cdcmtk_element cdcmtk_element;

/// The bytes of a file.
typedef struct cdcmtk_bytes {
  const uint8_t *bytes;
  size_t size;
} cdcmtk_bytes;

/// What became of a file that was tried.
typedef enum cdcmtk_soundness {
  /// It can be read.
  CDCMTK_SOUND = 1,
  /// The library refuses it.
  CDCMTK_REFUSED = 2,
  /// Reading it crashed, or asked for too much memory or time.
  CDCMTK_HARMFUL = 3,
} cdcmtk_soundness;

/// Reads files in a child process, bounded in memory and time, and says what became of each.
/// Only sound files are given to `cdcmtk_read`. With `stop_at_pixels` reading ends before (7fe0,0010).
/// `soundness` receives a value for each file.
cdcmtk_status cdcmtk_try(const cdcmtk_bytes *files, size_t count, int stop_at_pixels,
                         uint8_t *soundness, cdcmtk_message *message);

/// Reads a file of one of DICOM's encodings, with or without meta information.
cdcmtk_status cdcmtk_read(const cdcmtk_bytes *bytes, int stop_at_pixels, cdcmtk_file **file,
                          cdcmtk_message *message);
/// How many bytes of a file were read: with `stop_at_pixels`, up to where the pixels' value begins.
size_t cdcmtk_end(const cdcmtk_file *file);
/// Makes an empty file.
cdcmtk_status cdcmtk_create(cdcmtk_file **file, cdcmtk_message *message);
/// Encodes a file; the bytes are freed with `cdcmtk_free_bytes`. Meta information follows the data
/// set's class and instance. Sequences are written with lengths.
cdcmtk_status cdcmtk_encode(cdcmtk_file *file, const char *transfer_syntax, uint8_t **bytes,
                            size_t *size, cdcmtk_message *message);
void cdcmtk_free_bytes(uint8_t *bytes);
void cdcmtk_free(cdcmtk_file *file);

/// The file's data set.
cdcmtk_item *cdcmtk_data_set(cdcmtk_file *file);
/// The file's meta information.
cdcmtk_item *cdcmtk_meta_information(cdcmtk_file *file);

/// The element after `previous`, the first after a null pointer; null after the last.
cdcmtk_element *cdcmtk_next_element(cdcmtk_item *item, const cdcmtk_element *previous);
/// An element's tag, group in the upper half.
uint32_t cdcmtk_tag(const cdcmtk_element *element);
/// The two letters of its value representation, and a zero.
void cdcmtk_representation(const cdcmtk_element *element, char letters[3]);
/// Whether it is a sequence of items.
int cdcmtk_is_sequence(const cdcmtk_element *element);
/// The item after `previous` of a sequence, in the manner of `cdcmtk_next_element`.
cdcmtk_item *cdcmtk_next_item(cdcmtk_element *sequence, const cdcmtk_item *previous);
/// The number of bytes of a value.
size_t cdcmtk_value_size(cdcmtk_element *element);
/// Copies a value's bytes, numbers in little endian.
cdcmtk_status cdcmtk_copy_value(cdcmtk_element *element, uint8_t *bytes, size_t size,
                                cdcmtk_message *message);

/// Adds an element with a value's bytes, numbers in little endian; it replaces one of the same tag.
cdcmtk_status cdcmtk_put(cdcmtk_item *item, uint32_t tag, const char *representation,
                         const uint8_t *bytes, size_t size, cdcmtk_message *message);
/// Adds a sequence without items.
cdcmtk_status cdcmtk_put_sequence(cdcmtk_item *item, uint32_t tag, cdcmtk_element **sequence,
                                  cdcmtk_message *message);
/// Adds an item to the end of a sequence.
cdcmtk_status cdcmtk_append_item(cdcmtk_element *sequence, cdcmtk_item **item,
                                 cdcmtk_message *message);

/// Who we are where connections are encrypted, and whom we trust: files in PEM.
typedef struct cdcmtk_tls {
  /// Our certificate, and those between it and its authority.
  const char *certificate;
  /// Its private key, without a password.
  const char *key;
  /// The certificates of the authorities that peers' certificates must come from.
  const char *authorities;
} cdcmtk_tls;

/// Where a listener puts what it is sent, and whom it listens to.
typedef struct cdcmtk_listener {
  /// Its application entity title; others are not answered.
  const char *title;
  uint16_t port;
  /// The titles that may call.
  const char *const *callers;
  size_t caller_count;
  /// The transfer syntaxes that are taken, the preferred first.
  const char *const *syntaxes;
  size_t syntax_count;
  /// A folder: each object becomes a file «title in hexadecimal.prefix-number.dcm».
  const char *folder;
  /// Makes names of files unique among those of listeners before.
  const char *prefix;
  /// While this file exists, objects are refused.
  const char *full;
  /// Bytes that must be free on the folder's disk.
  uint64_t reserve;
  /// Bytes of the largest file.
  uint64_t largest;
  /// How many peers may be connected at a time.
  unsigned associations;
  /// How long a silent peer is waited for.
  unsigned seconds;
  /// What encrypts connections; null where they are plain. With it, plain calls are refused.
  const cdcmtk_tls *tls;
} cdcmtk_listener;

/// Answers C-ECHO and C-STORE; an object is answered when its file is safe on the disk.
/// It does not return while it can listen.
cdcmtk_status cdcmtk_listen(const cdcmtk_listener *options, cdcmtk_message *message);

/// A peer that objects are sent to.
typedef struct cdcmtk_peer {
  const char *host;
  uint16_t port;
  /// Its application entity title, and ours.
  const char *called;
  const char *calling;
  /// How long it is waited for.
  unsigned seconds;
  /// What encrypts the connection; null where it is plain.
  const cdcmtk_tls *tls;
} cdcmtk_peer;

/// Checks that the files of `tls` can be used together.
cdcmtk_status cdcmtk_check_tls(const cdcmtk_tls *tls, cdcmtk_message *message);

/// Sends files by C-STORE; it fails unless the peer took all.
cdcmtk_status cdcmtk_send(const cdcmtk_peer *peer, const char *const *files, size_t count,
                          cdcmtk_message *message);
/// Asks a peer whether it answers, by C-ECHO.
cdcmtk_status cdcmtk_echo(const cdcmtk_peer *peer, cdcmtk_message *message);

#ifdef __cplusplus
}
#endif
