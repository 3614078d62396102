package import Foundation

/// The folder of a cascade's first stage, among the neighbors of the second's.
///
/// nnU-Net names a trained model `TRAINER__PLANS__CONFIGURATION`; a Delineate model may keep the
/// first stage in a folder `previous-stage` of its own.
/// - Returns: `nil` where neither is there.
package func previousStageFolder(_ configuration: String, beside model: URL) -> URL? {
  let own = model.appending(path: "previous-stage")
  if FileManager.default.fileExists(atPath: own.path) { return own }
  let parts = model.lastPathComponent.components(separatedBy: "__")
  guard parts.count == 3 else { return nil }
  let name = "\(parts[0])__\(parts[1])__\(configuration)"
  let sibling = model.deletingLastPathComponent().appending(path: name)
  return FileManager.default.fileExists(atPath: sibling.path) ? sibling : nil
}
