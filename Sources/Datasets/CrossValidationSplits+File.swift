public import Foundation

extension CrossValidationSplits {
  /// The file's name in a folder that `delineate plan` writes.
  public static let fileName = "splits.json"

  /// Reads folds from a file: nnU-Net's `splits_final.json`, or one that a person wrote.
  /// - Throws: ``SplitsError``.
  public init(contentsOf file: URL) throws(SplitsError) {
    guard let data = try? Data(contentsOf: file) else {
      throw .unreadable(file: file.lastPathComponent)
    }
    do { self = try JSONDecoder().decode(Self.self, from: data) } catch {
      throw .notFolds(file: file.lastPathComponent)
    }
  }

  /// The folds as JSON that a person can read and change.
  public func json() -> String {
    func list(_ names: [String]) -> String {
      "[" + names.map(Self.quoted).joined(separator: ", ") + "]"
    }
    return "[\n"
      + folds.map { fold in
        "  {\n    \"train\": \(list(fold.training)),\n    \"val\": \(list(fold.validation))\n  }"
      }.joined(separator: ",\n") + "\n]\n"
  }

  /// Checks the folds against the cases there are.
  /// - Throws: ``SplitsError``: a fold without cases to train or to validate on, a name that is no
  ///   case's, a case that is there twice or trains and validates.
  public func validate(cases names: [String]) throws(SplitsError) {
    let known = Set(names)
    guard !folds.isEmpty else { throw .noFolds }
    for (number, fold) in folds.enumerated() {
      guard !fold.training.isEmpty else { throw .emptyFold(number, part: "train") }
      guard !fold.validation.isEmpty else { throw .emptyFold(number, part: "val") }
      var seen: Set<String> = []
      for name in fold.training + fold.validation {
        guard known.contains(name) else { throw .unknownCase(fold: number, name: name) }
        guard seen.insert(name).inserted else { throw .doubledCase(fold: number, name: name) }
      }
    }
  }

  /// One of the folds.
  /// - Throws: ``SplitsError/missingFold(_:count:)``.
  public func fold(_ number: Int) throws(SplitsError) -> Fold {
    guard folds.indices.contains(number) else { throw .missingFold(number, count: folds.count) }
    return folds[number]
  }

  private static func quoted(_ name: String) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .withoutEscapingSlashes
    return (try? encoder.encode(name)).map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
  }
}

/// Why cases cannot be divided into folds.
public enum SplitsError: Error, Hashable {
  /// There are fewer cases than folds.
  case tooFewCases(found: Int, folds: Int)
  /// There is no fold.
  case noFolds
  /// A fold has no case in one of its parts.
  case emptyFold(Int, part: String)
  /// A fold names a case that the data set does not have.
  case unknownCase(fold: Int, name: String)
  /// A fold has a case twice.
  case doubledCase(fold: Int, name: String)
  /// The fold that was asked for is not there.
  case missingFold(Int, count: Int)
  /// The data set has no division of its own.
  case noOwnSplits(dataset: String)
  /// The file cannot be read.
  case unreadable(file: String)
  /// The file does not hold a list of folds.
  case notFolds(file: String)
}

extension SplitsError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .tooFewCases(let found, let folds):
      "Splits: \(found) cases cannot be divided into \(folds) folds; each fold needs one."
    case .noFolds:
      "Splits: there is no fold; at least one is expected."
    case .emptyFold(let fold, let part):
      "Splits: fold \(fold) has no case under \"\(part)\"; at least one is expected."
    case .unknownCase(let fold, let name):
      "Splits: fold \(fold) names the case \(name), which the data set does not have."
    case .doubledCase(let fold, let name):
      "Splits: fold \(fold) has the case \(name) twice; it may train or validate, once."
    case .missingFold(let fold, let count):
      "Splits: there is no fold \(fold); there are \(count), numbered from 0."
    case .noOwnSplits(let dataset):
      "\(dataset) has no division into training and validation of its own; ask for 5-fold."
    case .unreadable(let file):
      "\(file): this cannot be read."
    case .notFolds(let file):
      "\(file): not a list of folds, [{\"train\": [\"a\"], \"val\": [\"b\"]}]."
    }
  }
}
