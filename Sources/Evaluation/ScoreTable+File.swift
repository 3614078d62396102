public import Foundation
public import SegmentationMetrics

/// Why a method's scores could not be read.
public enum ScoreFileError: Error, Hashable {
  /// There is no such file or folder.
  case missing(String)
  /// The folder holds no `scores.csv`.
  case noScores(folder: String)
  /// The file cannot be read, or is not UTF-8 text.
  case unreadable(String)
  /// The file is not a table of scores.
  case scores(file: String, ScoreTableError)
  /// The file is not a table of published means.
  case published(file: String, PublishedTableError)
}

extension ScoreFileError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .missing(let path):
      "\(path): no such file or folder."
    case .noScores(let folder):
      "\(folder): no scores.csv is here, as delineate evaluate writes it."
    case .unreadable(let path):
      "\(path) cannot be read as UTF-8 text."
    case .scores(let file, let error):
      "\(file): \(error)"
    case .published(let file, let error):
      "\(file): \(error)"
    }
  }
}

extension ScoreTable {
  /// The name of the file with the scores in an evaluation's folder.
  public static let fileName = "scores.csv"

  /// Reads a method's scores: a CSV file, or a folder with one as `delineate evaluate` writes it.
  ///
  /// The method is called by `method`, or else by the folder's name or the file's without its ending;
  /// a file `scores.csv` goes by its folder's name.
  /// - Throws: ``ScoreFileError``.
  public init(at url: URL, method: String? = nil) throws(ScoreFileError) {
    let path = url.relativePath
    let place = url.standardizedFileURL
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder) else {
      throw .missing(path)
    }
    let file = isFolder.boolValue ? place.appending(path: Self.fileName) : place
    guard FileManager.default.fileExists(atPath: file.path) else { throw .noScores(folder: path) }
    let named = file.lastPathComponent == Self.fileName ? file.deletingLastPathComponent() : file
    let stem = named == file ? named.deletingPathExtension() : named
    let text = try readText(file, path: path)
    do {
      try self.init(csv: text, method: method ?? stem.lastPathComponent)
    } catch {
      throw .scores(file: path, error)
    }
  }
}

extension PublishedTable {
  /// Reads a table of published means from a CSV file; see ``init(csv:metric:)``.
  ///
  /// Without a metric, the comment or the file's name must tell: `dsc` or `dice`, else `hd95`.
  /// - Throws: ``ScoreFileError``.
  public init(at url: URL, metric: Metric? = nil) throws(ScoreFileError) {
    let path = url.relativePath
    guard FileManager.default.fileExists(atPath: url.path) else { throw .missing(path) }
    let text = try readText(url, path: path)
    let words = text.prefix { !$0.isNewline } + " " + url.lastPathComponent
    guard let metric = metric ?? mentionedMetric(in: words.lowercased()) else {
      throw .published(file: path, .unknownMetric)
    }
    do {
      try self.init(csv: text, metric: metric)
    } catch {
      throw .published(file: path, error)
    }
  }
}

/// The metric that a title speaks of.
private func mentionedMetric(in words: String) -> Metric? {
  if words.contains("dsc") || words.contains("dice") { return .dice }
  return words.contains("hd95") ? .hausdorff(percentile: 95) : nil
}

/// A file's text; not a folder's or a device's.
private func readText(_ url: URL, path: String) throws(ScoreFileError) -> String {
  guard let data = try? Data(contentsOf: url), let text = String(validating: data, as: UTF8.self)
  else { throw .unreadable(path) }
  return text
}
