#include "Compiler.h"

#include "Guard.h"

#include <itkMetaDataObject.h>
#include <itkMetaImageIO.h>
#include <itkMultiThreaderBase.h>
#include <itkNiftiImageIO.h>
#include <itkNrrdImageIO.h>
#include <itkPNGImageIO.h>
#include <nifti1_io.h>

#include <iostream>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>

#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace {

using Component = itk::IOComponentEnum;

/// Without CMake's generated registration no factory exists, so each ImageIO is made by hand.
itk::ImageIOBase::Pointer make(citk_format format) {
  static std::once_flag once;
  std::call_once(once, [] {
    itk::Object::SetGlobalWarningDisplay(false);
    nifti_set_debug_level(0);
    // No filter runs here; a pool of one keeps ITK from starting a thread a core.
    itk::MultiThreaderBase::SetGlobalMaximumNumberOfThreads(1);
    itk::MultiThreaderBase::SetGlobalDefaultNumberOfThreads(1);
  });
  switch (format) {
  case CITK_NIFTI: return itk::NiftiImageIO::New().GetPointer();
  case CITK_NRRD: return itk::NrrdImageIO::New().GetPointer();
  case CITK_META: {
    // Six digits, ITK's default, would turn an oblique grid by a fraction of a voxel.
    const auto io = itk::MetaImageIO::New();
    io->SetDoublePrecision(17);
    return io.GetPointer();
  }
  }
  throw std::invalid_argument("an unknown format");
}

/// Keeps what ITK's numerics print about odd matrices off the terminal while it lives.
class Silence {
public:
  Silence() : lock(mutex), buffer(std::cerr.rdbuf(nullptr)) {}
  ~Silence() { std::cerr.rdbuf(buffer); }
  Silence(const Silence &) = delete;
  Silence &operator=(const Silence &) = delete;

private:
  static std::mutex mutex;
  std::lock_guard<std::mutex> lock;
  std::streambuf *buffer;
};

std::mutex Silence::mutex;

/// A file in memory. ITK's PNG writer crashes where a disk fills up under it: libpng's jump back
/// finds its frame gone. Memory does not fill up that way.
class MemoryFile {
public:
  MemoryFile() : descriptor(memfd_create("picture", MFD_CLOEXEC)) {
    if (descriptor < 0) throw std::runtime_error("no file in memory can be made");
  }
  ~MemoryFile() { close(descriptor); }
  MemoryFile(const MemoryFile &) = delete;
  MemoryFile &operator=(const MemoryFile &) = delete;

  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor); }

  void copyTo(const char *target) const {
    const int out = open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (out < 0) throw std::system_error(errno, std::generic_category());
    char bytes[1 << 14];
    ssize_t count = 0;
    off_t position = 0;
    int failure = 0;
    while (failure == 0 && (count = pread(descriptor, bytes, sizeof bytes, position)) > 0) {
      const ssize_t written = write(out, bytes, static_cast<size_t>(count));
      if (written < 0 && errno != EINTR) failure = errno;
      if (written > 0) position += written;
    }
    if (count < 0) failure = errno;
    if (close(out) != 0 && failure == 0) failure = errno;
    if (failure != 0) throw std::system_error(failure, std::generic_category());
  }

private:
  const int descriptor;
};

Component component(citk_scalar scalar) {
  switch (scalar) {
  case CITK_UINT8: return Component::UCHAR;
  case CITK_INT8: return Component::CHAR;
  case CITK_UINT16: return Component::USHORT;
  case CITK_INT16: return Component::SHORT;
  case CITK_UINT32: return Component::UINT;
  case CITK_INT32: return Component::INT;
  case CITK_FLOAT32: return Component::FLOAT;
  case CITK_FLOAT64: return Component::DOUBLE;
  }
  throw std::invalid_argument("an unknown scalar type");
}

void setSize(itk::ImageIOBase &io, const int64_t *size, unsigned int dimensions) {
  io.SetNumberOfDimensions(dimensions);
  itk::ImageIORegion region(dimensions);
  for (unsigned int axis = 0; axis < dimensions; ++axis) {
    io.SetDimensions(axis, static_cast<itk::SizeValueType>(size[axis]));
    region.SetSize(axis, static_cast<itk::SizeValueType>(size[axis]));
  }
  io.SetIORegion(region);
}

} // namespace

extern "C" citk_status citk_read_grid(const char *path, citk_format format, citk_grid *grid,
                                      citk_message *message) {
  return guarded(message, [&] {
    const Silence silence;
    const auto io = make(format);
    io->SetFileName(path);
    io->ReadImageInformation();
    if (io->GetNumberOfDimensions() < 3) throw std::runtime_error("fewer than three dimensions");
    for (unsigned int axis = 0; axis < 3; ++axis) {
      grid->size[axis] = static_cast<int64_t>(io->GetDimensions(axis));
      grid->spacing[axis] = io->GetSpacing(axis);
      grid->origin[axis] = io->GetOrigin(axis);
      const auto direction = io->GetDirection(axis);
      for (unsigned int row = 0; row < 3; ++row) {
        grid->direction[3 * axis + row] = direction.at(row);
      }
    }
    return CITK_OK;
  });
}

extern "C" citk_status citk_write(const char *path, citk_format format, const citk_grid *grid,
                                  citk_scalar scalar, int components, const void *voxels, int level,
                                  const char *const *keys, const char *const *values, size_t count,
                                  citk_message *message) {
  return guarded(message, [&] {
    const auto io = make(format);
    io->SetFileName(path);
    setSize(*io, grid->size, 3);
    for (unsigned int axis = 0; axis < 3; ++axis) {
      io->SetSpacing(axis, grid->spacing[axis]);
      io->SetOrigin(axis, grid->origin[axis]);
      const double *column = grid->direction + 3 * axis;
      io->SetDirection(axis, std::vector<double>(column, column + 3));
    }
    io->SetNumberOfComponents(static_cast<unsigned int>(components));
    io->SetPixelType(components > 1 ? itk::IOPixelEnum::VECTOR : itk::IOPixelEnum::SCALAR);
    io->SetComponentType(component(scalar));
    io->SetUseCompression(level > 0);
    if (level > 0) io->SetCompressionLevel(level);
    auto &dictionary = io->GetMetaDataDictionary();
    for (size_t index = 0; index < count; ++index) {
      itk::EncapsulateMetaData<std::string>(dictionary, keys[index], values[index]);
    }
    io->WriteImageInformation();
    io->Write(voxels);
    return CITK_OK;
  });
}

extern "C" citk_status citk_write_png(const char *path, int64_t width, int64_t height,
                                      const uint8_t *pixels, citk_message *message) {
  return guarded(message, [&] {
    const auto io = itk::PNGImageIO::New();
    const int64_t size[] = {width, height};
    const MemoryFile file;
    io->SetFileName(file.path());
    setSize(*io, size, 2);
    io->SetNumberOfComponents(3);
    io->SetPixelType(itk::IOPixelEnum::RGB);
    io->SetComponentType(Component::UCHAR);
    io->SetUseCompression(true);
    io->Write(pixels);
    file.copyTo(path);
    return CITK_OK;
  });
}
