public import Foundation

/// A trained model in one of the folders where models are looked for by name.
public struct ShippedModel: Hashable, Sendable {
  /// The name of its folder, by which it is asked for.
  public var name: String
  /// Where it is.
  public var url: URL
  /// What it is, its weights unread.
  public var description: ModelDescription
  /// The size of its files in bytes.
  public var byteCount: Int
  /// The first sentence of its card (`README.md`); `nil` without one.
  public var summary: String?
}

/// The models that come with the program, and those that a site keeps beside them.
///
/// A model is a folder of its own in one of ``folders``; where two have one name, the first counts.
public struct ShippedModels: Hashable, Sendable {
  /// Where models are looked for, in this order.
  public let folders: [URL]

  /// The models in these folders.
  public init(folders: [URL]) { self.folders = folders }

  /// The models of a program as it is installed.
  ///
  /// Looked for in this order: the folders of `DELINEATE_MODELS`, separated by colons; `Networks`
  /// beside the program; `share/delineate/Networks` beside the `bin` that holds it; `Networks` of the
  /// source checkout that it was built in.
  /// - Parameters:
  ///   - environment: the process's environment.
  ///   - executable: where the program is; symbolic links are followed.
  public init(environment: [String: String], executable: URL) {
    let listed = (environment["DELINEATE_MODELS"] ?? "").split(separator: ":")
    var folders = listed.map { URL(filePath: String($0)) }
    let place = executable.resolvingSymlinksInPath().deletingLastPathComponent()
    folders.append(place.appending(path: "Networks"))
    folders.append(
      place.deletingLastPathComponent().appending(path: "share/delineate/Networks")
    )
    var checkout = place
    while checkout.pathComponents.count > 1 {
      let package = checkout.appending(path: "Package.swift")
      if FileManager.default.fileExists(atPath: package.path) {
        folders.append(checkout.appending(path: "Networks"))
        break
      }
      checkout.deleteLastPathComponent()
    }
    var seen: Set<String> = []
    self.folders = folders.filter { seen.insert($0.standardizedFileURL.path).inserted }
  }

  /// The models of this program.
  public static var standard: ShippedModels {
    let file = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    let isFound = file.path != "/proc/self/exe"
    return ShippedModels(
      environment: ProcessInfo.processInfo.environment,
      executable: isFound ? file : URL(filePath: CommandLine.arguments.first ?? ".")
    )
  }

  /// The names that ``location(named:)`` knows, sorted.
  public var names: [String] { places.map(\.name).sorted() }

  /// The models, sorted by name.
  /// - Throws: ``ModelError`` where one of them cannot be read.
  public func models() throws(ModelError) -> [ShippedModel] {
    var models: [ShippedModel] = []
    for (name, url) in places.sorted(by: { $0.name < $1.name }) {
      models.append(
        ShippedModel(
          name: name,
          url: url,
          description: try inspectModel(at: url),
          byteCount: Self.byteCount(of: url),
          summary: Self.summary(of: url)
        )
      )
    }
    return models
  }

  /// Where a model is.
  /// - Parameter name: the path of a folder or archive, or the name of one of the models; what
  ///   exists as a path is taken as one.
  /// - Returns: the folder or archive, its content unread.
  /// - Throws: ``ModelError/unknownModel(_:available:)``.
  public func location(named name: String) throws(ModelError) -> URL {
    let url = URL(filePath: name)
    if FileManager.default.fileExists(atPath: url.path) { return url }
    if let place = places.first(where: { $0.name == name }) { return place.url }
    // A path may lead into an archive, which tells by itself what it lacks.
    if name.lowercased().contains(".zip/") { return url }
    throw .unknownModel(name, available: names)
  }

  /// Every folder with a model in it, each name once.
  private var places: [(name: String, url: URL)] {
    var found: [(name: String, url: URL)] = []
    for folder in folders {
      let children = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      for name in children.sorted() where !found.contains(where: { $0.name == name }) {
        let url = folder.appending(path: name)
        if Self.holdsModel(url) { found.append((name, url)) }
      }
    }
    return found
  }

  private static func holdsModel(_ url: URL) -> Bool {
    ["model.json", "plans.json"].contains {
      FileManager.default.fileExists(atPath: url.appending(path: $0).path)
    }
  }

  private static func byteCount(of folder: URL) -> Int {
    let files = FileManager.default.enumerator(
      at: folder,
      includingPropertiesForKeys: [.fileSizeKey]
    )
    var count = 0
    while let file = files?.nextObject() as? URL {
      count += (try? file.resourceValues(forKeys: [.fileSizeKey]).fileSize) ?? 0
    }
    return count
  }

  /// The first sentence below the card's heading.
  private static func summary(of folder: URL) -> String? {
    let card = folder.appending(path: "README.md")
    guard let data = try? FileHandle(forReadingFrom: card).read(upToCount: 1 << 16) else {
      return nil
    }
    let lines = String(decoding: data, as: UTF8.self).split(
      separator: "\n",
      omittingEmptySubsequences: false
    )
    let paragraph = lines.drop { $0.hasPrefix("#") || $0.allSatisfy(\.isWhitespace) }
      .prefix { !$0.allSatisfy(\.isWhitespace) }
      .joined(separator: " ")
      .replacing("**", with: "")
    guard !paragraph.isEmpty else { return nil }
    guard let end = paragraph.firstRange(of: ". ") else { return paragraph }
    return String(paragraph[..<end.lowerBound]) + "."
  }
}

/// Where a model is: a path, or the name of a model that ships with the program.
/// - Throws: ``ModelError/unknownModel(_:available:)`` with the names there are.
public func modelLocation(named name: String) throws(ModelError) -> URL {
  try ShippedModels.standard.location(named: name)
}
