public import Anatomy
public import Datasets
internal import Foundation
public import SegmentationMetrics

/// How the contours of several observers become one.
public enum ConsensusMethod: String, Hashable, Sendable, Codable, CaseIterable {
  /// What more than half of the observers include.
  case majority
  /// What the observers include with a probability of at least a threshold, by ``STAPLE``.
  case staple
}

/// Whose contours become one, and how.
public struct ConsensusRequest: Sendable {
  /// An observer and the contours.
  public struct Observer: Sendable {
    /// The observer's name in tables.
    public var name: String
    /// The contours.
    public var library: StructureLibrary

    /// An observer with the contours.
    public init(name: String, library: StructureLibrary) {
      self.name = name
      self.library = library
    }
  }

  /// The observers, two or more.
  public var observers: [Observer]
  /// How their contours become one.
  public var method = ConsensusMethod.majority
  /// The least probability of STAPLE's consensus; above 0, at most 1.
  public var threshold = 0.5
  /// The only structures of the consensus, in any spelling; empty: all.
  public var structures: [String] = []
  /// What the numbers of label maps stand for; `nil` takes the files' own names, those of a
  /// `dataset.json` beside them, or else "Label 1", "Label 2", ….
  public var labels: LabelScheme?
  /// The names of structures.
  public var vocabulary = StructureVocabulary.standard
  /// How many threads work, at least one.
  ///
  /// The results do not depend on it.
  public var threads = ProcessInfo.processInfo.activeProcessorCount

  /// A majority vote of observers.
  public init(observers: [Observer]) { self.observers = observers }

  /// The names of all observers' cases in natural order; the one case of observers who each have
  /// one, of which some has no name of its own.
  public var caseNames: [String] {
    let libraries = observers.map(\.library)
    guard !isSingleCase else {
      let named = libraries.first { !$0.isSingleCase } ?? libraries.first
      return named.map { $0.cases.map(\.name) } ?? []
    }
    return Set(libraries.flatMap { $0.cases.map(\.name) }).sorted {
      $0.compare($1, options: .numeric) == .orderedAscending
    }
  }

  private var isSingleCase: Bool {
    observers.allSatisfy { $0.library.cases.count == 1 }
      && observers.contains { $0.library.isSingleCase }
  }

  /// An observer's files of a case; none where the observer lacks it.
  func sources(of caseName: String, in library: StructureLibrary) -> [StructureLibrary.Source] {
    if isSingleCase { return library.cases.first?.sources ?? [] }
    return library.cases.first { $0.name == caseName }?.sources ?? []
  }

  func includes(_ name: String) -> Bool {
    guard !structures.isEmpty else { return true }
    let identity = vocabulary.identity(of: name)
    return structures.contains { vocabulary.identity(of: $0) == identity }
  }
}

/// Why observers' contours do not become one.
public enum ConsensusRequestError: Error, Hashable {
  /// A consensus takes two observers or more.
  case tooFewObservers(found: Int)
  /// Two observers have one name.
  case doubledObserver(String)
  /// A threshold that is not a probability above 0.
  case impossibleThreshold(Double)
  /// A file of an observer cannot be read; why, as a sentence.
  case unreadable(observer: String, reason: String)
  /// Two files, segments or labels of an observer stand for one structure.
  case doubledStructure(String, observer: String, caseName: String)
  /// The contours of a structure have no consensus.
  case structure(String, caseName: String, ConsensusError)
  /// No structure was contoured by two observers in one case.
  case nothingInCommon
  /// More structures than a label map has numbers.
  case tooManyStructures(Int)
}

extension ConsensusRequestError: CustomStringConvertible {
  /// One sentence: what, where, and what was expected.
  public var description: String {
    switch self {
    case .tooFewObservers(let found):
      ConsensusError.tooFewObservers(found: found).description
    case .doubledObserver(let name):
      "\(name): two observers have this name; write NAME=PATH to tell them apart."
    case .impossibleThreshold(let threshold):
      "The threshold is \(threshold); it must be above 0 and at most 1."
    case .unreadable(let observer, let reason):
      "\(observer): \(reason)"
    case .doubledStructure(let name, let observer, let caseName):
      """
      \(caseName), \(name): several files, segments or labels of \(observer) stand for this \
      structure.
      """
    case .structure(let name, let caseName, let error):
      "\(caseName), \(name): \(error)"
    case .nothingInCommon:
      "No structure was contoured by two observers in one case."
    case .tooManyStructures(let count):
      "\(count) structures do not fit a label map, which has numbers from 1 to 65535."
    }
  }
}
