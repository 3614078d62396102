public import Foundation

/// Real patients for tests: the folder in `DELINEATE_DATA`, or `../shared/data` beside the checkout.
///
/// Tests that use it skip, and say so, where it is absent; the product never needs it.
public enum SharedData {
  /// The folder, or `nil` where there is none.
  public static let folder: URL? = {
    let checkout = URL(filePath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let path = ProcessInfo.processInfo.environment["DELINEATE_DATA"]
    let url = path.map { URL(filePath: $0) } ?? checkout.appending(path: "../shared/data")
    return FileManager.default.fileExists(atPath: url.path) ? url.standardizedFileURL : nil
  }()

  /// Whether a file or folder of the set is there: the condition of `.enabled(if:)`.
  public static func has(_ path: String) -> Bool {
    guard let folder else { return false }
    return FileManager.default.fileExists(atPath: folder.appending(path: path).path)
  }
}

/// A folder that is removed when the value goes out of use.
public final class TemporaryFolder {
  /// Where it is.
  public let url: URL

  /// A new, empty folder in the system's temporary place.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "delineate-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }
}
