public import DICOMStudies
public import Foundation

/// How a node listens, what it does with studies, and where it sends the answers: a JSON file.
///
/// Unknown keys are refused, so that a misspelled one is not passed over.
public struct NodeConfiguration: Hashable, Sendable, Codable {
  /// What is done with studies that fit.
  public struct Rule: Hashable, Sendable, Codable {
    /// The rule's name, for the log.
    public var name: String
    /// Titles of callers whose studies fit, with `*` for any letters; all where there are none.
    public var from: [String]?
    /// The series' modality: "CT" or "MR".
    public var modality: String
    /// The series' description, where `*` stands for any letters; case does not count.
    public var description: String?
    /// The model: a folder, or a name that «delineate models» lists.
    public var model: String
    /// The only structures that are sent; all where there are none.
    public var structures: [String]?
    /// A clinic's names of structures: a JSON file.
    public var clinicNames: String?
    /// Structures that follow from others: a JSON file.
    public var derived: String?
    /// Further options of «delineate segment».
    public var options: [String]?
    /// The peer that gets the structure set; the caller itself where there is none.
    public var sendTo: String?
  }

  /// Our application entity title, 1 to 16 characters.
  public var title: String
  /// The port that DICOM peers call.
  public var port: UInt16
  /// The folder of the queue; it is made.
  public var queue: String
  /// What encrypts the calls of peers; where it is there, plain calls are refused.
  public var tls: TransportSecurity?
  /// The titles that may call, at least one.
  public var callers: [String]
  /// Peers that answers go to, by title.
  public var peers: [StoragePeer]
  /// The rules; the first that fits a study is followed.
  public var rules: [Rule]
  /// Seconds without a new object after which a study is taken to be complete.
  public var quietSeconds: Double?
  /// How many peers may be connected at a time.
  public var associations: Int?
  /// GB that the queue may take; beyond, objects are refused.
  public var gigabytes: Double?
  /// How often a study is tried, or an answer sent, before a person must look.
  public var attempts: Int?
  /// Seconds between attempts; each time twice as many, up to an hour.
  public var retrySeconds: Double?
  /// Minutes that a segmentation may take.
  public var minutes: Double?
  /// Days that the record of an answered study is kept, so that it is not answered twice.
  public var days: Double?
  /// The port of the page of health and metrics, on this machine only; none where there is none.
  public var statusPort: UInt16?
  /// How many processor threads a segmentation takes.
  public var threads: Int?
  /// The command that segments, with «segment» and its arguments after it; this program where there
  /// is none.
  public var segmenter: [String]?

  /// Reads a configuration.
  /// - Throws: ``NodeConfigurationError``.
  public init(json: Data) throws(NodeConfigurationError) {
    let configuration: NodeConfiguration
    do {
      configuration = try JSONDecoder().decode(NodeConfiguration.self, from: json)
    } catch DecodingError.keyNotFound(let key, let context) {
      throw .missing(Self.path(context.codingPath + [key]))
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context)
    {
      guard !context.codingPath.isEmpty else { throw .notAnObject }
      throw .wrongType(Self.path(context.codingPath))
    } catch DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty {
      throw .wrongType(Self.path(context.codingPath))
    } catch {
      throw .notAnObject
    }
    // What the decoder passed over.
    if let root = try? JSONSerialization.jsonObject(with: json) as? [String: Any] {
      try Self.checkKeys(root, Self.keys, at: "")
      for peer in root["peers"] as? [[String: Any]] ?? [] {
        try Self.checkKeys(peer, Self.peerKeys, at: "peers: ")
      }
      for rule in root["rules"] as? [[String: Any]] ?? [] {
        try Self.checkKeys(rule, Self.ruleKeys, at: "rules: ")
      }
    }
    self = configuration
    try check()
  }

  private static func path(_ keys: [any CodingKey]) -> String {
    keys.map { $0.intValue.map { "\($0 + 1)" } ?? $0.stringValue }.joined(separator: ": ")
  }

  private static func checkKeys(
    _ object: [String: Any],
    _ known: Set<String>,
    at place: String
  ) throws(NodeConfigurationError) {
    if let other = object.keys.sorted().first(where: { !known.contains($0) }) {
      throw .unknown(place + other)
    }
  }

  private static let keys: Set<String> = [
    "title", "port", "queue", "tls", "callers", "peers", "rules", "quietSeconds", "associations",
    "gigabytes", "attempts", "retrySeconds", "minutes", "days", "statusPort", "threads",
    "segmenter",
  ]
  private static let peerKeys: Set<String> = ["title", "host", "port", "tls"]
  private static let ruleKeys: Set<String> = [
    "name", "from", "modality", "description", "model", "structures", "clinicNames", "derived",
    "options", "sendTo",
  ]

  private func check() throws(NodeConfigurationError) {
    for name in [title] + callers + peers.map(\.title) {
      guard (1...16).contains(name.utf8.count), !name.contains("\\"),
        name.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F })
      else { throw .badTitle(name) }
    }
    guard port > 0 else { throw .outOfRange("port", "1 to 65535") }
    guard !queue.isEmpty else { throw .missing("queue") }
    guard !callers.isEmpty else { throw .missing("callers") }
    guard !rules.isEmpty else { throw .missing("rules") }
    guard segmenter?.isEmpty != true else { throw .missing("segmenter") }
    for rule in rules {
      let fitting = callers.filter { caller in
        rule.from.map { $0.contains { matches(caller, pattern: $0) } } ?? true
      }
      let target = rule.sendTo.map { [$0] } ?? fitting
      // A caller that is no peer could not be answered.
      for title in target where !peers.contains(where: { $0.title == title }) {
        throw .unknownPeer(rule: rule.name, title: title)
      }
    }
    func check(
      _ name: String,
      _ value: Double?,
      _ range: ClosedRange<Double>
    ) throws(NodeConfigurationError) {
      guard let value else { return }
      guard range.contains(value) else {
        throw .outOfRange(name, "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    try check("quietSeconds", quietSeconds, 0.1...86_400)
    try check("associations", associations.map(Double.init), 1...256)
    try check("gigabytes", gigabytes, 0.001...1_000_000)
    try check("attempts", attempts.map(Double.init), 1...1000)
    try check("retrySeconds", retrySeconds, 0.1...86_400)
    try check("minutes", minutes, 0.1...10_000)
    try check("days", days, 0...10_000)
    try check("threads", threads.map(Double.init), 1...1024)
  }

  /// Checks the files that encrypt connections.
  /// - Throws: ``StorageError/notSecure(reason:)``.
  public func checkSecurity() throws(StorageError) {
    for security in [tls] + peers.map(\.security) { try security?.check() }
  }

  /// The peer of a title.
  public func peer(titled title: String) -> StoragePeer? { peers.first { $0.title == title } }

  /// The first rule that fits a caller and one of its series.
  public func rule(
    caller: String,
    fits: (_ modality: String, _ description: String?) -> Bool
  ) -> Rule? {
    rules.first { rule in
      let isFrom = rule.from.map { $0.contains { matches(caller, pattern: $0) } } ?? true
      return isFrom && fits(rule.modality, rule.description)
    }
  }
}

/// Whether a text is as a pattern says, in which `*` stands for any letters; case does not count.
public func matches(_ text: String, pattern: String) -> Bool {
  let text = Array(text.lowercased())
  let pattern = Array(pattern.lowercased())
  var (place, mark) = (0, 0)
  var star: (pattern: Int, text: Int)?
  while place < text.count {
    if mark < pattern.count, pattern[mark] == "*" {
      star = (mark, place)
      mark += 1
    } else if mark < pattern.count, pattern[mark] == text[place] {
      place += 1
      mark += 1
    } else if let last = star {
      // The star takes one letter more.
      star = (last.pattern, last.text + 1)
      (mark, place) = (last.pattern + 1, last.text + 1)
    } else {
      return false
    }
  }
  return pattern[mark...].allSatisfy { $0 == "*" }
}
