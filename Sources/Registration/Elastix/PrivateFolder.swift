import Foundation

/// Gives `body` a new, empty folder that only this user can open, and removes it with all it holds
/// when `body` ends, whichever way.
///
/// Scans are patients' data: they are nobody else's to read, and nothing of them stays behind.
func withPrivateFolder<Result>(
  _ body: (URL) throws(RegistrationError) -> Result
) throws(RegistrationError) -> Result {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "delineate-registration-\(UUID().uuidString)")
  guard mkdir(folder.path, 0o700) == 0 else {
    let reason = String(cString: strerror(errno))
    throw RegistrationError.files(reason: "no temporary folder can be made (\(reason))")
  }
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}
