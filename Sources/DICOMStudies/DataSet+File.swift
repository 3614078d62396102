internal import CDCMTK
public import Foundation

/// A DICOM file's meta information and data set.
public struct DICOMObject: Sendable {
  /// The encoding's UID.
  public var transferSyntax: String
  /// The data set.
  public var dataSet: DataSet
  /// How many bytes of the file were read, where it was read.
  var end: Int?
}

extension DICOMObject {
  /// The largest file that is read, in bytes.
  public static let largestFile = 1 << 31

  /// Reads a file.
  ///
  /// Each file is read in a child process first: one that crashes the library, or asks for more
  /// memory than its size explains, is refused. Any of DICOM's encodings is read, with or without
  /// meta information.
  /// - Parameters:
  ///   - url: The file.
  ///   - stoppingAtPixels: Whether pixels, and what follows them, are left out.
  /// - Returns: The object.
  /// - Throws: ``DICOMObjectError``.
  public static func read(
    at url: URL,
    stoppingAtPixels: Bool = false
  ) throws(DICOMObjectError) -> DICOMObject {
    let bytes = try contents(of: url)
    let results = read(
      [(name: url.lastPathComponent, bytes: bytes)],
      stoppingAtPixels: stoppingAtPixels
    )
    guard let result = results.first else { throw .harmful(file: url.lastPathComponent) }
    return try result.get()
  }

  /// Reads several files' bytes; their names are for messages.
  /// - Returns: An object or an error for each.
  public static func read(
    _ files: [(name: String, bytes: Data)],
    stoppingAtPixels: Bool = false
  ) -> [Result<DICOMObject, DICOMObjectError>] {
    let views = files.map { $0.bytes as NSData }
    let bytes = views.map {
      cdcmtk_bytes(bytes: $0.bytes.assumingMemoryBound(to: UInt8.self), size: $0.length)
    }
    let stop: Int32 = stoppingAtPixels ? 1 : 0
    var soundness = [UInt8](repeating: 0, count: files.count)
    return withExtendedLifetime(views) {
      var message = cdcmtk_message()
      let status = cdcmtk_try(bytes, bytes.count, stop, &soundness, &message)
      return files.indices.map { index in
        Result { () throws(DICOMObjectError) in
          let name = files[index].name
          guard status == CDCMTK_OK else { throw .damaged(file: name, reason: text(message)) }
          guard soundness[index] != UInt8(CDCMTK_HARMFUL.rawValue) else {
            throw .harmful(file: name)
          }
          return try parse(bytes[index], stop: stop, name: name)
        }
      }
    }
  }

  /// A file's bytes.
  static func contents(of url: URL) throws(DICOMObjectError) -> Data {
    let name = url.lastPathComponent
    do {
      let file = try FileHandle(forReadingFrom: url)
      defer { try? file.close() }
      let size = try file.seekToEnd()
      guard size <= UInt64(largestFile) else {
        throw DICOMObjectError.tooLarge(file: name, size: Int(clamping: size), limit: largestFile)
      }
      try file.seek(toOffset: 0)
      return try file.readToEnd() ?? Data()
    } catch let error as DICOMObjectError {
      throw error
    } catch {
      throw .unreadable(file: name, reason: "no such file, or it may not be opened")
    }
  }

  private static func parse(
    _ bytes: cdcmtk_bytes,
    stop: Int32,
    name: String
  ) throws(DICOMObjectError) -> DICOMObject {
    var bytes = bytes
    var message = cdcmtk_message()
    var opened: OpaquePointer?
    guard cdcmtk_read(&bytes, stop, &opened, &message) == CDCMTK_OK, let file = opened else {
      throw .damaged(file: name, reason: text(message))
    }
    defer { cdcmtk_free(file) }
    let meta = try dataSet(cdcmtk_meta_information(file), depth: 0, name: name)
    return DICOMObject(
      transferSyntax: meta.text(.transferSyntax) ?? "",
      dataSet: try dataSet(cdcmtk_data_set(file), depth: 0, name: name),
      end: cdcmtk_end(file)
    )
  }

  /// How deep sequences may lie in each other.
  private static let deepest = 16

  private static func dataSet(
    _ item: OpaquePointer?,
    depth: Int,
    name: String
  ) throws(DICOMObjectError) -> DataSet {
    guard depth <= deepest else { throw .tooDeep(file: name, limit: deepest) }
    var result = DataSet()
    var next = cdcmtk_next_element(item, nil)
    while let element = next {
      let tag = Tag(cdcmtk_tag(element))
      if cdcmtk_is_sequence(element) != 0 {
        var items: [DataSet] = []
        var nextItem = cdcmtk_next_item(element, nil)
        while let item = nextItem {
          items.append(try dataSet(item, depth: depth + 1, name: name))
          nextItem = cdcmtk_next_item(element, item)
        }
        result.set(tag, items: items)
      } else {
        var letters: (CChar, CChar, CChar) = (0, 0, 0)
        withUnsafeMutableBytes(of: &letters) {
          cdcmtk_representation(element, $0.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        let representation = String(
          decoding: [UInt8(bitPattern: letters.0), UInt8(bitPattern: letters.1)],
          as: UTF8.self
        )
        var value = [UInt8](repeating: 0, count: cdcmtk_value_size(element))
        var message = cdcmtk_message()
        guard cdcmtk_copy_value(element, &value, value.count, &message) == CDCMTK_OK else {
          throw .damaged(file: name, reason: text(message))
        }
        result.set(tag, representation, bytes: value)
      }
      next = cdcmtk_next_element(item, element)
    }
    return result
  }

  /// The object as a file's bytes, with preamble and meta information.
  /// - Throws: ``DICOMObjectError/notEncoded(reason:)``.
  public func encoded() throws(DICOMObjectError) -> Data {
    var message = cdcmtk_message()
    func check(_ status: cdcmtk_status) throws(DICOMObjectError) {
      guard status == CDCMTK_OK else { throw .notEncoded(reason: text(message)) }
    }
    var made: OpaquePointer?
    try check(cdcmtk_create(&made, &message))
    guard let file = made else { throw .notEncoded(reason: "no file was made") }
    defer { cdcmtk_free(file) }
    try Self.fill(cdcmtk_data_set(file), with: dataSet)
    var bytes: UnsafeMutablePointer<UInt8>?
    var size = 0
    try check(cdcmtk_encode(file, transferSyntax, &bytes, &size, &message))
    defer { cdcmtk_free_bytes(bytes) }
    guard let bytes else { throw .notEncoded(reason: "there are no bytes") }
    return Data(bytes: bytes, count: size)
  }

  private static func fill(
    _ item: OpaquePointer?,
    with dataSet: DataSet
  ) throws(DICOMObjectError) {
    var message = cdcmtk_message()
    func check(_ status: cdcmtk_status) throws(DICOMObjectError) {
      guard status == CDCMTK_OK else { throw .notEncoded(reason: text(message)) }
    }
    for element in dataSet.elements {
      switch element.value {
      case .bytes(let bytes):
        try check(
          cdcmtk_put(
            item,
            element.tag.number,
            element.representation,
            bytes,
            bytes.count,
            &message
          )
        )
      case .items(let items):
        var sequence: OpaquePointer?
        try check(cdcmtk_put_sequence(item, element.tag.number, &sequence, &message))
        for content in items {
          var inner: OpaquePointer?
          try check(cdcmtk_append_item(sequence, &inner, &message))
          try fill(inner, with: content)
        }
      }
    }
  }
}
