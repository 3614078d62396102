public import Foundation

extension Pseudonymizer {
  /// What is done with files.
  public enum Task: Hashable, Sendable {
    /// Whose they are is replaced.
    case pseudonymize
    /// Whose they were is put back.
    case restore
  }

  /// A file that was treated: its pixels are those that were there, bit by bit, compressed or not.
  public struct TreatedFile: Sendable {
    /// The file.
    public var bytes: Data
    /// Folders and a name for it, of the patient's identifier, the series and the object, as they
    /// are now.
    public var place: [String]
  }

  /// Treats a file.
  /// - Parameters:
  ///   - bytes: The file.
  ///   - name: Its name, for messages.
  ///   - task: What is done.
  /// - Returns: The file as it is to be kept.
  /// - Throws: ``DICOMObjectError``.
  public func treated(
    _ bytes: Data,
    name: String,
    _ task: Task
  ) throws(DICOMObjectError) -> TreatedFile {
    let read = DICOMObject.read([(name: name, bytes: bytes)], stoppingAtPixels: true)
    guard let object = try read.first?.get() else { throw .harmful(file: name) }
    guard object.transferSyntax != "1.2.840.10008.1.2.1.99" else {
      throw .notPseudonymized(file: name, reason: "the whole of it is compressed (deflate)")
    }
    let pixels = try Self.pixels(of: bytes, after: object.end ?? bytes.count, file: name)
    let changed: DICOMObject
    switch task {
    case .pseudonymize: changed = try pseudonymized(object, file: name)
    case .restore: changed = try restored(object, file: name)
    }
    func safe(_ tag: Tag, _ other: String) -> String {
      let text = (changed.dataSet.text(tag) ?? other).map {
        $0.isASCII && ($0.isLetter || $0.isNumber || "._-".contains($0)) ? $0 : "_"
      }
      let name = String(text.prefix(64))
      return name.hasPrefix(".") ? "_" + name.dropFirst() : name
    }
    return TreatedFile(
      bytes: try changed.encoded() + pixels,
      place: [
        safe(.patientID, "patient"),
        safe(.modality, "OT") + "_" + safe(.seriesUID, "series").suffix(12),
        safe(.sopInstance, "object") + ".dcm",
      ]
    )
  }

  /// The element of the pixels as it stands in a file; what follows it is left out, since no one
  /// has looked at it.
  /// - Parameters:
  ///   - bytes: The file.
  ///   - end: Where the pixels' value begins, or the file ends.
  ///   - file: Its name, for messages.
  /// - Returns: The element; nothing where the file has no pixels.
  /// - Throws: ``DICOMObjectError/damaged(file:reason:)``.
  static func pixels(
    of bytes: Data,
    after end: Int,
    file: String
  ) throws(DICOMObjectError) -> Data {
    guard end < bytes.count else { return Data() }
    func damaged() -> DICOMObjectError {
      .damaged(file: file, reason: "the pixels do not end where they should")
    }
    func byte(_ place: Int) -> UInt8 { bytes[bytes.startIndex + place] }
    func number(_ place: Int) -> Int {
      (0..<4).reduce(0) { $0 | Int(byte(place + $1)) << (8 * $1) }
    }
    // Tag, representation and length take twelve bytes; without a representation eight.
    let tag = 0x0010_7FE0
    guard
      let start = [12, 8].lazy.map({ end - $0 }).first(where: { $0 >= 0 && number($0) == tag })
    else { throw damaged() }
    let length = number(end - 4)
    guard length == 0xFFFF_FFFF else {
      guard length <= bytes.count - end else { throw damaged() }
      return bytes[bytes.startIndex + start..<bytes.startIndex + end + length]
    }
    // Fragments, up to the item that ends them (PS3.5, A.4).
    var place = end
    while place + 8 <= bytes.count {
      let (item, size) = (number(place), number(place + 4))
      place += 8
      if item == 0xE0DD_FFFE {
        return bytes[bytes.startIndex + start..<bytes.startIndex + place]
      }
      guard item == 0xE000_FFFE, size <= bytes.count - place else { throw damaged() }
      place += size
    }
    throw damaged()
  }
}
