#include "Confinement.hpp"
#include "Guard.h"

#include <gdcmDataElement.h>
#include <gdcmImage.h>
#include <gdcmSequenceOfFragments.h>
#include <gdcmTrace.h>

#include <stdexcept>

namespace {

/// How far the child has come; at the start of the shared memory, the decoded frames follow it.
struct Progress {
  size_t done;
  citk_message message;
};

size_t frameSize(const citk_frame_format &format) {
  return static_cast<size_t>(format.rows) * static_cast<size_t>(format.columns) *
         static_cast<size_t>(format.bits_allocated / 8);
}

void decode(const citk_frame_format &format, const citk_frame &frame, char *pixels) {
  const gdcm::TransferSyntax syntax(
      gdcm::TransferSyntax::GetTSType(format.transfer_syntax));
  gdcm::SmartPointer<gdcm::SequenceOfFragments> fragments = new gdcm::SequenceOfFragments;
  gdcm::Fragment fragment;
  fragment.SetByteValue(reinterpret_cast<const char *>(frame.bytes),
                        static_cast<uint32_t>(frame.size));
  fragments->AddFragment(fragment);
  gdcm::DataElement element(gdcm::Tag(0x7fe0, 0x0010));
  element.SetVR(gdcm::VR::OB);
  element.SetValue(*fragments);

  gdcm::Image image;
  image.SetNumberOfDimensions(2);
  image.SetDimension(0, static_cast<unsigned int>(format.columns));
  image.SetDimension(1, static_cast<unsigned int>(format.rows));
  image.SetPixelFormat(gdcm::PixelFormat(
      1, static_cast<unsigned short>(format.bits_allocated),
      static_cast<unsigned short>(format.bits_stored),
      static_cast<unsigned short>(format.high_bit), static_cast<unsigned short>(format.is_signed)));
  image.SetPhotometricInterpretation(gdcm::PhotometricInterpretation::MONOCHROME2);
  image.SetTransferSyntax(syntax);
  image.SetDataElement(element);
  if (image.GetBufferLength() != frameSize(format)) {
    throw std::runtime_error("the decoder makes another number of bytes than the header says");
  }
  if (!image.GetBuffer(pixels)) throw std::runtime_error("the decoder refuses the stream");
}

/// The child's whole life: bounded in memory and time, silent, and gone without any clean-up that
/// belongs to the parent.
[[noreturn]] void decodeAll(const citk_frame_format &format, const citk_frame *frames, size_t count,
                            rlim_t inherited, Progress *progress) noexcept {
  // A codec needs a few copies of a frame; a stream that asks for more is broken.
  const rlim_t room = 64 * frameSize(format) + (rlim_t(128) << 20);
  confinement::restrain(confinement::memoryLimit(inherited, room), 20 + count / 4);

  char *pixels = reinterpret_cast<char *>(progress + 1);
  const citk_status status = guarded(&progress->message, [&] {
    gdcm::Trace::DebugOff();
    gdcm::Trace::WarningOff();
    gdcm::Trace::ErrorOff();
    for (progress->done = 0; progress->done < count; ++progress->done) {
      decode(format, frames[progress->done], pixels + progress->done * frameSize(format));
    }
    return CITK_OK;
  });
  _exit(status);
}

} // namespace

extern "C" citk_status citk_decode_frames(const citk_frame_format *format, const citk_frame *frames,
                                          size_t count, uint8_t *pixels, size_t *failed,
                                          citk_message *message) {
  return guarded(message, [&] {
    const size_t size = frameSize(*format);
    confinement::SharedMemory memory(sizeof(Progress) + count * size);
    auto *progress = static_cast<Progress *>(memory.bytes);
    const rlim_t inherited = confinement::privateMemory();
    const pid_t child = fork();
    if (child < 0) throw std::runtime_error("no process for the decoder could be started");
    if (child == 0) decodeAll(*format, frames, count, inherited, progress);
    const int state = confinement::stateAtEnd(child);
    if (state < 0) throw std::runtime_error("the decoder's process was lost");
    *failed = progress->done;
    if (!WIFEXITED(state)) {
      say(message, "the decoder crashed on the stream");
      return CITK_DECODER_DIED;
    }
    const auto status = static_cast<citk_status>(WEXITSTATUS(state));
    if (status != CITK_OK) {
      say(message, progress->message.text);
      return status;
    }
    memcpy(pixels, progress + 1, count * size);
    return CITK_OK;
  });
}
