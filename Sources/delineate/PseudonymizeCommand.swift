import Archives
import ArgumentParser
import DICOMStudies
import Foundation
import VolumeFiles

/// `delineate pseudonymize`: DICOM files without who the patient is.
struct PseudonymizeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pseudonymize",
    abstract: "Replace who the patients of DICOM files are, so that only a key's holder can tell.",
    discussion: """
      Follows the basic profile of DICOM PS3.15: names, identifiers, dates, free text and private \
      attributes go, UIDs are replaced consistently. With the same key a patient has the same pseudonym \
      in every run. What was there stays in the files, encrypted: --restore puts it back. Pixels are \
      not looked at; files that say that names are burned into them are left out.

      Files become OUTPUT/PATIENT/SERIES/OBJECT.dcm.

      EXAMPLES
        delineate pseudonymize --new-key study.key
        delineate pseudonymize export/ --key study.key --output pseudonymous
        delineate pseudonymize pseudonymous/ --key study.key --restore --output original
      """
  )

  @Argument(help: "A DICOM file, or a folder of them and of folders.", completion: .file())
  var input: String?

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String?

  @Option(help: "The file with the key; who has it can tell the patients.", completion: .file())
  var key: String?

  @Flag(help: "Put back what was there.")
  var restore = false

  @Option(help: "Only write a new key to a file that does not exist yet.", completion: .file())
  var newKey: String?

  func validate() throws {
    if newKey != nil {
      guard input == nil, output == nil, key == nil, !restore else {
        throw ValidationError("--new-key stands alone.")
      }
      return
    }
    guard input != nil else { throw ValidationError("Missing expected argument '<input>'") }
    guard output != nil else {
      throw ValidationError("Missing expected argument '--output <output>'")
    }
    guard key != nil else { throw ValidationError("Missing expected argument '--key <key>'") }
  }

  func run() throws {
    if let newKey { return try writeKey(to: newKey) }
    guard let input, let output, let key else { return }
    let pseudonymizer = Pseudonymizer(key: try Self.key(at: key))
    guard FileManager.default.fileExists(atPath: input) else { throw CommandError.missing(input) }
    let target = URL(filePath: output)
    var (written, refused) = (0, 0)
    for file in try DICOMFiles.all(at: URL(filePath: input)) {
      do throws(DICOMObjectError) {
        let bytes = try DICOMFiles.contents(of: file)
        guard DICOMFiles.looksLikeDICOM(bytes) else { continue }
        let treated = try pseudonymizer.treated(
          bytes,
          name: file.lastPathComponent,
          restore ? .restore : .pseudonymize
        )
        try write(treated, to: target)
        written += 1
      } catch {
        StatusLine.write("Note: \(error)\n")
        refused += 1
      }
    }
    guard written > 0 else { throw CommandError.noDICOMFiles(input) }
    let left = refused > 0 ? ", \(refused) left out" : ""
    print("Wrote \(output): \(written) file\(written == 1 ? "" : "s")\(left)")
    if refused > 0 { throw ExitCode(1) }
  }

  private func write(
    _ file: Pseudonymizer.TreatedFile,
    to folder: URL
  ) throws(DICOMObjectError) {
    let place = file.place.reduce(folder) { $0.appending(path: $1) }
    do {
      try FileManager.default.createDirectory(
        at: place.deletingLastPathComponent(),
        withIntermediateDirectories: true
      )
      try VolumeFiles.write(file.bytes, to: place)
    } catch {
      throw .unreadable(file: folder.lastPathComponent, reason: "it cannot be written into")
    }
  }

  private static func key(at path: String) throws -> SecretKey {
    guard let text = try? String(contentsOf: URL(filePath: path), encoding: .utf8) else {
      throw CommandError.missing(path)
    }
    guard let key = SecretKey(text: text) else { throw CommandError.notAKey(path) }
    return key
  }

  /// Writes a key that no one else may read; a file that is there stays.
  private func writeKey(to path: String) throws {
    let file = open(path, O_CREAT | O_EXCL | O_WRONLY, 0o600)
    guard file >= 0 else { throw CommandError.unwritable(path) }
    let handle = FileHandle(fileDescriptor: file, closeOnDealloc: true)
    do { try handle.write(contentsOf: Data((SecretKey().text + "\n").utf8)) } catch {
      throw CommandError.unwritable(path)
    }
    print("Wrote \(path): keep it apart from the files")
  }
}
