public import Foundation
public import Models
public import Segmentation
public import Training

/// What a validation decided, with the figures it was decided by; `decision.json` holds it.
public struct ValidationDecision: Codable, Hashable, Sendable {
  /// A fold that was validated.
  public struct Fold: Codable, Hashable, Sendable {
    /// Its number.
    public var name: String
    /// The cases that it was not trained on, in order.
    public var cases: [String]
    /// The SHA-256 of the file with the weights that were decided for.
    public var sha256: String
  }

  /// One of several ways to predict, and how well it did.
  public struct Candidate: Codable, Hashable, Sendable {
    /// What it is called.
    public var name: String
    /// The mean over the structures; `nil` where nothing was contoured.
    public var meanDice: Double?
    /// The mean over the cases, by structure.
    public var dice: [String: Double]
    /// On how many cases.
    public var cases: Int
  }

  /// How the cases were predicted.
  public struct Settings: Codable, Hashable, Sendable {
    /// fp32 or bf16.
    public var precision: Precision
    /// Whether predictions were averaged over mirrorings.
    public var mirroring: Bool
    /// The distance between windows as a part of a window.
    public var step: Double
  }

  /// The program that decided.
  public var program: String
  /// How the cases were predicted.
  public var settings: Settings
  /// What was validated.
  public var folds: [Fold]
  /// Which of a training's weights are used.
  public var weights: TrainedFold.Weights
  /// The weights that were compared.
  public var weightCandidates: [Candidate]
  /// The folds that the model averages.
  public var ensemble: [String]
  /// The single folds and their average, where the same cases were held out by all folds; else empty.
  public var ensembleCandidates: [Candidate]
  /// Why the model averages these folds.
  public var ensembleReason: String
  /// The rules for label maps, each with its Dice before and after.
  public var postprocessing: Postprocessing
  /// What comes out in the end.
  public var result: Candidate
  /// Left structures predicted inside right references, and the other way around.
  public var sides: [SideConfusion]

  /// The file's name in the folder of a validation.
  public static let fileName = "decision.json"

  /// The decision of a planned folder.
  /// - Returns: `nil` where nothing was validated yet.
  /// - Throws: ``FoldValidationError/unreadableDecision(file:)``.
  public init?(of work: URL) throws(FoldValidationError) {
    let file = ValidationFolder(in: work).decision
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    do {
      self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
    } catch {
      throw .unreadableDecision(file: Self.fileName)
    }
  }

  init(
    settings: Settings,
    folds: [Fold],
    weights: TrainedFold.Weights,
    weightCandidates: [Candidate],
    ensemble: EnsembleDecision,
    postprocessing: Postprocessing,
    result: Candidate,
    sides: [SideConfusion]
  ) {
    program = "delineate \(delineateVersion)"
    self.settings = settings
    self.folds = folds
    self.weights = weights
    self.weightCandidates = weightCandidates
    self.ensemble = ensemble.folds
    ensembleCandidates = ensemble.candidates
    ensembleReason = ensemble.reason
    self.postprocessing = postprocessing
    self.result = result
    self.sides = sides
  }

  /// The decision, where the model's weights are those that it was made by.
  /// - Throws: ``FoldValidationError/otherWeights(fold:)``.
  public func checked(
    against provenance: ModelProvenance
  ) throws(FoldValidationError) -> ValidationDecision {
    for fold in folds where ensemble.contains(fold.name) {
      guard provenance.weightsChecksum(ofFold: fold.name) == fold.sha256 else {
        throw .otherWeights(fold: fold.name)
      }
    }
    return self
  }

  func write(to work: URL) throws(FoldValidationError) {
    do {
      try validationJSON(self).write(to: ValidationFolder(in: work).decision, options: .atomic)
    } catch {
      throw .unwritable(file: Self.fileName, reason: error.localizedDescription)
    }
  }
}

/// Which folds a model averages, and why.
struct EnsembleDecision {
  var folds: [String]
  var candidates: [ValidationDecision.Candidate] = []
  var reason: String
}

/// Where a validation keeps its files in a planned folder.
public struct ValidationFolder: Sendable {
  private let work: URL

  /// The places in a planned folder.
  public init(in work: URL) { self.work = work }

  /// The folder of what was decided over all folds.
  public var url: URL { work.appending(path: "validation") }
  /// The contours of the cases, a `.seg.nrrd` each.
  public var reference: URL { url.appending(path: "reference") }
  /// What the decided model predicts for each case, by the fold that was not trained on it.
  public var predicted: URL { url.appending(path: "predicted") }
  /// What a finished model predicts for the same cases.
  public var checked: URL { url.appending(path: "checked") }
  /// What was decided.
  public var decision: URL { url.appending(path: ValidationDecision.fileName) }

  /// The label maps that a fold's network gives, as they are.
  public func predicted(byFold fold: String, _ weights: TrainedFold.Weights) -> URL {
    work.appending(path: "fold_\(fold)/validation/\(weights.rawValue)")
  }
  /// The label maps that the average of all folds gives.
  var ensemble: URL { url.appending(path: "ensemble") }
}

extension TrainedFold.Weights: Codable {}
