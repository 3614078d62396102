import Foundation

/// One case of `results.json`, as grand-challenge's evalutils writes it.
public struct ChallengeEntry: Codable, Hashable, Sendable {
  /// One file that was read or written.
  public struct Image: Codable, Hashable, Sendable {
    /// The kind of file in the interface's word.
    public var type: String
    /// The file's name, without folders.
    public var filename: String

    /// A file of the interface.
    public init(type: String, filename: String) {
      self.type = type
      self.filename = filename
    }
  }

  /// What was written; empty where the case failed.
  public var outputs: [Image]
  /// What was read.
  public var inputs: [Image]
  /// What went wrong or was left out, in sentences.
  public var errors: [String]

  private enum CodingKeys: String, CodingKey {
    case outputs, inputs
    case errors = "error_messages"
  }

  /// An entry from its parts.
  public init(outputs: [Image], inputs: [Image], errors: [String] = []) {
    self.outputs = outputs
    self.inputs = inputs
    self.errors = errors
  }

  /// Writes the entries of a run, whole or not at all.
  /// - Throws: ``ChallengeError/unwritable(file:)``.
  static func write(_ entries: [ChallengeEntry], to file: URL) throws(ChallengeError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do { try encoder.encode(entries).write(to: file, options: .atomic) } catch {
      throw .unwritable(file: file.lastPathComponent)
    }
  }
}
