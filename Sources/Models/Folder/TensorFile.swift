package import Foundation

/// Named tensors with texts beside them in one safetensors file: a checkpoint of a training.
package struct TensorFile: Sendable {
  /// The tensors by name.
  package var tensors: [String: WeightTensor]
  /// The texts by key.
  package var metadata: [String: String]

  package init(tensors: [String: WeightTensor], metadata: [String: String]) {
    self.tensors = tensors
    self.metadata = metadata
  }

  /// Reads a file whole; every size is checked before it is believed.
  package init(contentsOf url: URL) throws(ModelError) {
    let file = url.lastPathComponent
    let data: Data
    do { data = try Data(contentsOf: url, options: .mappedIfSafe) } catch {
      throw .unreadable(file: file, reason: error.localizedDescription)
    }
    let reader = try SafetensorsReader(data, file: file)
    metadata = reader.metadata
    tensors = [:]
    for name in reader.tensors.keys { tensors[name] = reader.weight(name) }
  }

  /// Writes the file in single precision under a temporary name, waits for the disk, and renames
  /// it: at any moment there is a whole file under the name, this one or the one before.
  package func write(to url: URL) throws(ModelError) {
    let name = url.lastPathComponent
    let partial = url.deletingLastPathComponent().appending(path: ".\(name).partial")
    defer { try? FileManager.default.removeItem(at: partial) }
    do {
      try writeSafetensors(tensors, storage: .float32, fold: name, metadata: metadata, to: partial)
    } catch {
      // Said of the name that people know.
      guard case .unwritable(_, let reason) = error else { throw error }
      throw .unwritable(file: name, reason: reason.hasSuffix(".") ? "\(reason.dropLast())" : reason)
    }
    let descriptor = open(partial.path, O_RDONLY | O_CLOEXEC)
    let isSettled = descriptor >= 0 && fsync(descriptor) == 0
    let code = errno
    if descriptor >= 0 { close(descriptor) }
    guard isSettled, rename(partial.path, url.path) == 0 else {
      throw .unwritable(file: name, reason: String(cString: strerror(isSettled ? errno : code)))
    }
  }
}
