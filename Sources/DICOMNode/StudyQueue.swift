internal import Archives
internal import DICOMStudies
package import Foundation

/// The studies of a node, as folders on its disk: whatever happens to the process, what was taken
/// from a peer is there, and every step is either done or not.
///
///     incoming/                 objects as the listener writes them
///     studies/KEY/state.json    a study's journal entry
///     studies/KEY/objects/      its objects, each under the digest of its UID
///     studies/KEY/answer-N.dcm  the structure set that is sent
///     rejected/                 objects that cannot be read
package struct StudyQueue {
  package let folder: URL
  /// The studies by key.
  package private(set) var studies: [String: QueuedStudy] = [:]
  private let lock: Int32

  package var incoming: URL { folder.appending(path: "incoming") }
  package var rejected: URL { folder.appending(path: "rejected") }
  /// While this file exists, the listener refuses objects.
  package var full: URL { folder.appending(path: "full") }

  /// Opens a queue, or makes one, and clears what was cut short.
  package init(at folder: URL) throws(QueueError) {
    self.folder = folder
    for name in ["incoming", "studies", "rejected"] {
      try DurableFile.makeFolder(folder.appending(path: name))
    }
    lock = open(folder.appending(path: "lock").path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw .unwritable("lock") }
    guard flock(lock, LOCK_EX | LOCK_NB) == 0 else {
      close(lock)
      throw .taken(folder.lastPathComponent)
    }
    for key in DurableFile.names(in: folder.appending(path: "studies")) {
      let place = self.place(of: key)
      // What was being written when the process ended.
      for name in DurableFile.names(in: place) where name.hasPrefix(".") {
        try? FileManager.default.removeItem(at: place.appending(path: name))
      }
      if let data = try? Data(contentsOf: place.appending(path: "state.json")),
        let study = try? JSONDecoder().decode(QueuedStudy.self, from: data), study.key == key
      {
        studies[key] = study
      }
    }
  }

  /// Lets the folder go.
  package func release() { close(lock) }

  package func place(of key: String) -> URL {
    folder.appending(path: "studies").appending(path: key)
  }

  package func objects(of key: String) -> URL { place(of: key).appending(path: "objects") }

  /// Replaces a study's journal entry.
  package mutating func update(_ study: QueuedStudy) throws(QueueError) {
    guard let data = try? JSONEncoder().encode(study) else { throw .unwritable("state.json") }
    try DurableFile.write(data, to: place(of: study.key).appending(path: "state.json"))
    studies[study.key] = study
  }

  /// Removes what an interrupted listener left of objects that it had not answered.
  package func removeUnfinished() {
    for name in DurableFile.names(in: incoming) where name.hasSuffix(".part") {
      try? FileManager.default.removeItem(at: incoming.appending(path: name))
    }
  }

  /// What became of objects that came in.
  package struct Arrivals {
    /// Objects by study.
    package var taken: [String: Int] = [:]
    /// Objects of studies that were answered with them already.
    package var repeated = 0
    /// Sentences on objects that cannot be read, by caller.
    package var rejected: [(caller: String, reason: String)] = []
  }

  /// Files the objects that came in, at most `limit`: by caller and study.
  package mutating func takeIn(now: Double, limit: Int = 64) throws(QueueError) -> Arrivals {
    var arrivals = Arrivals()
    let names = DurableFile.names(in: incoming).filter { $0.hasSuffix(".dcm") }.prefix(limit)
    var files: [(name: String, bytes: Data)] = []
    for name in names {
      let file = incoming.appending(path: name)
      files.append((name, (try? Data(contentsOf: file, options: .mappedIfSafe)) ?? Data()))
    }
    for (file, result) in zip(files, DICOMObject.read(files, stoppingAtPixels: true)) {
      let source = incoming.appending(path: file.name)
      let caller = StorageListener.caller(of: file.name) ?? ""
      switch result {
      case .success(let object):
        guard let identity = object.identity else {
          arrivals.rejected.append((caller, "An object without study or instance UID."))
          try DurableFile.move(source, to: rejected.appending(path: file.name))
          continue
        }
        try take(source, identity, caller: caller, now: now, &arrivals)
      case .failure(let error):
        arrivals.rejected.append((caller, "\(error)"))
        try DurableFile.move(source, to: rejected.appending(path: file.name))
      }
    }
    return arrivals
  }

  private mutating func take(
    _ source: URL,
    _ identity: (study: String, instance: String),
    caller: String,
    now: Double,
    _ arrivals: inout Arrivals
  ) throws(QueueError) {
    let key = Self.digest("\(caller)\n\(identity.study)")
    let name = Self.digest(identity.instance)
    var study =
      studies[key] ?? QueuedStudy(key: key, caller: caller, firstObject: now, lastObject: now)
    if study.answered.contains(name) {
      arrivals.repeated += 1
      try? FileManager.default.removeItem(at: source)
      return
    }
    study.lastObject = now
    // An answer that waits to be sent goes first; what came since asks for another.
    if study.phase != .sending {
      study.phase = .receiving
      study.attempts = 0
      study.problem = nil
    }
    // The entry before the object: an object never lies in a folder that no entry speaks of.
    try DurableFile.makeFolder(objects(of: key))
    if studies[key] == nil { try update(study) }
    try DurableFile.move(source, to: objects(of: key).appending(path: "\(name).dcm"))
    if study != studies[key] { try update(study) }
    arrivals.taken[key, default: 0] += 1
  }

  /// The digests of a study's objects, by name.
  package func digests(of key: String) -> [String] {
    DurableFile.names(in: objects(of: key)).filter { $0.hasSuffix(".dcm") }
      .map { String($0.dropLast(4)) }
  }

  /// Removes a study's objects and answers, its record too where `entirely`.
  package mutating func remove(_ key: String, entirely: Bool) {
    let place = place(of: key)
    if entirely {
      studies[key] = nil
      try? FileManager.default.removeItem(at: place)
      return
    }
    for name in DurableFile.names(in: place) where name != "state.json" {
      try? FileManager.default.removeItem(at: place.appending(path: name))
    }
  }

  /// 32 hexadecimal digits that stand for a text.
  static func digest(_ text: String) -> String {
    String(SHA256.hexDigest(of: Data(text.utf8)).prefix(32))
  }
}

extension DICOMObject {
  /// Study and instance; `nil` where one is missing.
  fileprivate var identity: (study: String, instance: String)? {
    guard let study = dataSet.text(Tag(0x0020_000D)), let instance = dataSet.text(Tag(0x0008_0018))
    else { return nil }
    return (study, instance)
  }
}
