#include "Guard.h"

#include <dcmtk/dcmdata/dcistrmb.h>
#include <dcmtk/dcmdata/dcostrmb.h>

#include <cstdlib>
#include <memory>
#include <mutex>

void prepareLibrary() {
  static std::once_flag once;
  std::call_once(once, [] { OFLog::configure(OFLogger::OFF_LOG_LEVEL); });
}

extern "C" cdcmtk_status cdcmtk_create(cdcmtk_file **file, cdcmtk_message *message) {
  return guarded(message, [&] {
    prepareLibrary();
    *file = new cdcmtk_file;
    return CDCMTK_OK;
  });
}

extern "C" void cdcmtk_free(cdcmtk_file *file) { delete file; }

extern "C" void cdcmtk_free_bytes(uint8_t *bytes) { std::free(bytes); }

extern "C" cdcmtk_status cdcmtk_read(const cdcmtk_bytes *bytes, int stop_at_pixels,
                                     cdcmtk_file **file, cdcmtk_message *message) {
  return guarded(message, [&] {
    prepareLibrary();
    if (bytes->size == 0) throw std::runtime_error("the file is empty");
    DcmInputBufferStream stream;
    stream.setBuffer(bytes->bytes, static_cast<offile_off_t>(bytes->size));
    stream.setEos();
    auto result = std::make_unique<cdcmtk_file>();
    result->format.transferInit();
    const DcmTagKey end = stop_at_pixels != 0 ? DCM_PixelData : DCM_UndefinedTagKey;
    demand(result->format.readUntilTag(stream, EXS_Unknown, EGL_noChange, DCM_MaxReadLength, end));
    result->format.transferEnd();
    result->end = static_cast<size_t>(stream.tell());
    // Values that were left in the stream are lost with it.
    demand(result->format.loadAllDataIntoMemory());
    *file = result.release();
    return CDCMTK_OK;
  });
}

extern "C" cdcmtk_status cdcmtk_encode(cdcmtk_file *file, const char *transfer_syntax,
                                       uint8_t **bytes, size_t *size, cdcmtk_message *message) {
  return guarded(message, [&] {
    const DcmXfer syntax(transfer_syntax);
    if (syntax.getXfer() == EXS_Unknown) throw std::runtime_error("an unknown transfer syntax");
    DcmFileFormat &format = file->format;
    demand(format.getDataset()->chooseRepresentation(syntax.getXfer(), nullptr));
    demand(format.validateMetaInfo(syntax.getXfer(), EWM_fileformat));
    // The meta information's own lengths and the preamble are beyond what is calculated.
    const size_t room =
        (format.calcElementLength(syntax.getXfer(), EET_ExplicitLength) + (size_t(1) << 14)) & ~size_t(1);
    std::unique_ptr<uint8_t, decltype(&std::free)> buffer(
        static_cast<uint8_t *>(std::malloc(room)), &std::free);
    if (!buffer) throw std::bad_alloc();
    DcmOutputBufferStream stream(buffer.get(), static_cast<offile_off_t>(room));
    format.transferInit();
    demand(format.write(stream, syntax.getXfer(), EET_ExplicitLength, nullptr, EGL_recalcGL,
                        EPD_noChange, 0, 0, 0, EWM_fileformat));
    format.transferEnd();
    void *written = nullptr;
    offile_off_t length = 0;
    stream.flushBuffer(written, length);
    if (written != buffer.get() || length <= 0) throw std::runtime_error("nothing was encoded");
    *bytes = buffer.release();
    *size = static_cast<size_t>(length);
    return CDCMTK_OK;
  });
}

extern "C" size_t cdcmtk_end(const cdcmtk_file *file) { return file->end; }

extern "C" cdcmtk_item *cdcmtk_data_set(cdcmtk_file *file) {
  return reinterpret_cast<cdcmtk_item *>(static_cast<DcmItem *>(file->format.getDataset()));
}

extern "C" cdcmtk_item *cdcmtk_meta_information(cdcmtk_file *file) {
  return reinterpret_cast<cdcmtk_item *>(static_cast<DcmItem *>(file->format.getMetaInfo()));
}
