internal import Anatomy
public import Archives
internal import Foundation

/// Replaces who a patient is by what only the holder of a key can trace back.
///
/// Attributes are treated by PS3.15's Basic Application Level Confidentiality Profile: names,
/// identifiers, dates and free text go, at every depth; private attributes go; UIDs are replaced,
/// the same one by the same everywhere, so that a structure set still refers to its images.
/// What was there is kept in the object, encrypted (PS3.15, E.1.1): ``restored(_:)`` puts it back.
/// Names of structures stay where ``StructureVocabulary`` knows them; others become numbers.
public struct Pseudonymizer: Sendable {
  let key: SecretKey

  /// A pseudonymizer; one key gives one pseudonym to a patient, whenever and wherever.
  public init(key: SecretKey) { self.key = key }

  /// A text for a patient, of letters and digits.
  public func pseudonym(ofPatient identity: String) -> String {
    let letters = Array("ABCDEFGHJKMNPQRSTVWXYZ0123456789")
    return "P"
      + key.code(of: "patient/\(identity)").prefix(12).map { String(letters[Int($0 & 31)]) }
      .joined()
  }

  /// A UID for a UID; those of the standard itself stay.
  public func pseudonym(ofUID uid: String) -> String {
    guard !uid.isEmpty, !uid.hasPrefix("1.2.840.10008.") else { return uid }
    var bytes = Array(key.code(of: "uid/\(uid)").prefix(16))
    // A UUID of the kind that its maker defines (RFC 9562, version 8).
    bytes[6] = bytes[6] & 0x0F | 0x80
    bytes[8] = bytes[8] & 0x3F | 0x80
    return "2.25.\(bytes.reduce(UInt128(0)) { $0 << 8 | UInt128($1) })"
  }

  /// An object without what identifies its patient.
  /// - Parameters:
  ///   - object: The object, with or without pixels.
  ///   - file: Its name, for messages.
  /// - Returns: The object, which holds what was there, encrypted.
  /// - Throws: ``DICOMObjectError`` where names are burned into the pixels, by the object's own
  ///   word, or it was pseudonymized before.
  public func pseudonymized(
    _ object: DICOMObject,
    file: String
  ) throws(DICOMObjectError) -> DICOMObject {
    let original = object.dataSet
    guard original.text(.burnedIn)?.uppercased() != "YES" else {
      throw .notPseudonymized(file: file, reason: "its pixels show who the patient is")
    }
    guard original[.encryptedAttributes] == nil else {
      throw .notPseudonymized(file: file, reason: "it holds encrypted attributes already")
    }
    var cleaner = DataSetCleaner(self, patient: original)
    var result = cleaner.cleaned(original)
    let patient = pseudonym(ofPatient: original.patientIdentity)
    result.set(.patientName, "PN", patient)
    result.set(.patientID, "LO", patient)
    result.set(.identityRemoved, "CS", "YES")
    result.set(.deidentificationMethod, "LO", "PS3.15 Basic Profile; known structure names kept")
    result.set(
      .deidentificationCodes,
      items: [
        ConceptCode(
          "113100",
          "Basic Application Confidentiality Profile",
          scheme: "DCM"
        ).item
      ]
    )
    result.set(.temporalInformation, "CS", "REMOVED")
    result.set(.encryptedAttributes, items: [try envelope(original, result, cleaner.uids)])
    return DICOMObject(transferSyntax: object.transferSyntax, dataSet: result)
  }

  /// The object as it was.
  /// - Throws: ``DICOMObjectError`` where another key was used, or the object was never
  ///   pseudonymized.
  public func restored(
    _ object: DICOMObject,
    file: String
  ) throws(DICOMObjectError) -> DICOMObject {
    guard let item = object.dataSet.items(.encryptedAttributes).first,
      let envelope = item.bytes(.encryptedContent)
    else {
      throw .notPseudonymized(file: file, reason: "it holds no encrypted attributes")
    }
    let bytes: Data
    do { bytes = try key.opened(Data(envelope)) } catch {
      throw .notPseudonymized(file: file, reason: "\(error)")
    }
    let results = DICOMObject.read([(name: file, bytes: bytes)])
    guard let sealed = try results.first?.get().dataSet,
      let modified = sealed.items(.modifiedAttributes).first
    else { throw .notPseudonymized(file: file, reason: "its encrypted attributes are damaged") }
    let uids = sealed.text(.originalUIDs)?.split(separator: "\\").map(String.init) ?? []
    var origins: [String: String] = [:]
    for uid in uids { origins[pseudonym(ofUID: uid)] = uid }
    var result = DataSet()
    for element in object.dataSet.elements where !Self.added.contains(element.tag) {
      result[element.tag] = element.replacingUIDs { origins[$0] ?? $0 }
    }
    for element in modified.elements { result[element.tag] = element }
    return DICOMObject(transferSyntax: object.transferSyntax, dataSet: result)
  }

  /// Attributes that a pseudonymized object has and the original need not.
  private static let added: Set<Tag> = [
    .identityRemoved, .deidentificationMethod, .deidentificationCodes, .temporalInformation,
    .encryptedAttributes, .patientName, .patientID,
  ]

  /// What was there, encrypted: attributes of the first level that are not the same but for UIDs,
  /// and the UIDs.
  private func envelope(
    _ original: DataSet,
    _ result: DataSet,
    _ uids: Set<String>
  ) throws(DICOMObjectError) -> DataSet {
    var modified = DataSet()
    for element in original.elements {
      let mapped = element.replacingUIDs { uids.contains($0) ? pseudonym(ofUID: $0) : $0 }
      if result[element.tag] != mapped || Self.added.contains(element.tag) {
        modified[element.tag] = element
      }
    }
    var content = DataSet()
    // A file has them, whatever it is about.
    content.set(.sopClass, "UI", bytes: original.bytes(.sopClass) ?? [])
    content.set(.sopInstance, "UI", bytes: original.bytes(.sopInstance) ?? [])
    content.set(.modifiedAttributes, items: [modified])
    content.set(.ownAttributes, "LO", "DELINEATE")
    content.set(.originalUIDs, "UT", uids.sorted().joined(separator: "\\"))
    // Explicit: private attributes keep their representation.
    let syntax = "1.2.840.10008.1.2.1"
    let bytes = try DICOMObject(transferSyntax: syntax, dataSet: content).encoded()
    let sealed: Data
    do { sealed = try key.sealed(bytes) } catch { throw .notEncoded(reason: "\(error)") }
    var item = DataSet()
    item.set(.encryptedSyntax, "UI", syntax)
    item.set(.encryptedContent, "OB", bytes: Array(sealed))
    return item
  }
}

extension DataSet {
  /// What a patient's pseudonym is made from: the identifier and who gave it, or else the name.
  fileprivate var patientIdentity: String {
    let identifier = text(.patientID) ?? ""
    guard identifier.isEmpty else { return identifier + "/" + (text(Tag(0x0010_0021)) ?? "") }
    return "name/" + (text(.patientName) ?? "") + "/" + (text(.birthDate) ?? "")
  }
}

extension DataSet.Element {
  /// The element with its UIDs replaced, at every depth.
  func replacingUIDs(_ replacement: (String) -> String) -> DataSet.Element {
    switch value {
    case .items(let items):
      var copy = self
      copy.value = .items(
        items.map { item in
          var set = DataSet()
          for element in item.elements {
            set[element.tag] = element.replacingUIDs(replacement)
          }
          return set
        }
      )
      return copy
    case .bytes(let bytes):
      guard representation == "UI", !bytes.isEmpty else { return self }
      var copy = self
      copy.value = .bytes(Self.mapped(bytes, replacement))
      return copy
    }
  }

  /// UIDs, parted by backslashes, each replaced; as they are where none is.
  static func mapped(_ bytes: [UInt8], _ replacement: (String) -> String) -> [UInt8] {
    let uids = String(decoding: bytes, as: UTF8.self)
      .split(separator: "\\", omittingEmptySubsequences: false).map(trimmed)
    let others = uids.map(replacement)
    return others == uids ? bytes : Array(others.joined(separator: "\\").utf8)
  }
}
