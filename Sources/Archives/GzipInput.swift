package import Foundation

/// An open regular file, read from front to back; pipes, devices and folders are refused.
package struct GzipInput: ~Copyable {
  private let descriptor: Int32
  /// The size of the file in bytes, as the system gives it.
  package let size: Int
  /// Where the next read begins; bytes from the file's start.
  package var position: Int

  /// Opens a regular file to read from `offset`.
  package init(at url: URL, from offset: Int = 0) throws(GzipError) {
    // Without O_NONBLOCK, opening a pipe waits until somebody writes to it.
    let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .unreadable(reason: systemMessage(errno)) }
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw .unreadable(reason: "not a regular file")
    }
    self.descriptor = descriptor
    size = Int(status.st_size)
    position = max(0, offset)
  }

  deinit { close(descriptor) }

  /// Fills the buffer from the file; fewer bytes than its size come only at the file's end.
  /// - Returns: the number of bytes.
  package mutating func read(
    into buffer: UnsafeMutableRawBufferPointer
  ) throws(GzipError) -> Int {
    var filled = 0
    while filled < buffer.count {
      let room = UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = pread(descriptor, room.baseAddress, room.count, off_t(position))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw .unreadable(reason: systemMessage(errno)) }
      if count == 0 { break }
      filled += count
      position += count
    }
    return filled
  }
}

/// The system's words for an error number.
private func systemMessage(_ code: Int32) -> String { String(cString: strerror(code)) }
