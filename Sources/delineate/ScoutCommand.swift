import Anatomy
import ArgumentParser
import Datasets
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import Preprocessing
import Segmentation
import Training

/// `delineate scout`: a model and its data set in, the model's scout out.
struct ScoutCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scout",
    abstract: "Train a model's scout: the coarse look that tells where windows are worth running.",
    discussion: """
      A scout is a small network of low resolution in MODEL/scout; segment --prioritize needs it. \
      Its labels are the model's larger structures, and, for small ones, the region they lie in. \
      SOURCE is a folder that delineate plan made, or a data set as it reads; it must have contours \
      of all of the model's structures, which may be others' cases than the model was trained on.

      Plans, prepares and trains in the folder --work, then measures on the validation cases how far \
      from the scout's answer each structure lies, so that windows reach 99.9 % of its voxels, and \
      writes the margins into scout.json. Started again after an interruption, it goes on.

      EXAMPLES
        delineate scout work --model model
        delineate scout openkbp --model imported --work scout-work --steps 2000
        delineate segment ct.nii.gz --model model --output labels.nii.gz --prioritize
      """
  )

  @Argument(help: "A folder that plan made, or a data set.", completion: .directory)
  var source: String

  @Option(help: "The model's own folder, in which the scout is put.", completion: .directory)
  var model: String

  @Option(
    help: "The folder to work in; by default «scout» in SOURCE where plan made that.",
    completion: .directory
  )
  var work: String?

  @Option(help: ArgumentHelp("The size of the scout's voxels.", valueName: "mm"))
  var spacing = 6.0

  @Option(help: "Features of the scout's first stage.")
  var features = 8

  @Option(help: "Training steps.")
  var steps = 2000

  @Option(help: "How the scout computes in training: fp32, or bf16.")
  var precision: Precision = .float32

  @Option(help: "The number of processor threads; all cores by default.")
  var threads: Int?

  @OptionGroup(title: "The data set") var cases: DatasetArguments

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads must be at least 1.") }
    guard (1...20).contains(spacing) else {
      throw ValidationError("--spacing must be from 1 to 20 mm.")
    }
    guard (1...1_000_000).contains(steps) else {
      throw ValidationError("--steps must be from 1 to 1000000.")
    }
  }

  private var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  func run() async throws {
    let place = try modelLocation(named: model)
    guard
      ["model.json", "plans.json"].contains(where: { name in
        FileManager.default.fileExists(atPath: place.appending(path: name).path)
      })
    else { throw CommandError.notAModelFolder(model) }
    let fine = try inspectModel(at: place).plan
    let materials = try ScoutMaterials(
      source: URL(filePath: source),
      options: cases.options,
      model: fine,
      threads: threadCount
    )
    guard let folder = work.map({ URL(filePath: $0) }) ?? materials.defaultWork else {
      throw CommandError.noWorkFolder
    }
    let draft = ScoutDraft(
      structures: fine.labels.entries.map(\.name),
      volumes: materials.volumes,
      voxelVolume: spacing * spacing * spacing
    )
    try plan(materials, draft, for: fine, in: folder)
    let tools = ["--threads", "\(threadCount)"]
    let preprocess = try Preprocess.parse([folder.path] + tools)
    try preprocess.run()
    let train = try Train.parse(
      [folder.path, "--fold", "0", "--precision", precision.rawValue] + tools
    )
    try await train.run()
    try await finish(materials, draft, folder, place, fine)
  }

  /// Plans the scout's training, unless the folder has that plan already.
  private func plan(
    _ materials: ScoutMaterials,
    _ draft: ScoutDraft,
    for fine: ModelPlan,
    in folder: URL
  ) throws {
    let merged = materials.merged(draft)
    if let known = try? PlannedFolder(contentsOf: folder),
      known.dataset.labels == merged.labels,
      known.plan.epochs * known.plan.stepsPerEpoch == roundedSteps
    {
      return
    }
    let line = CaseProgressLine()
    let (fingerprint, described) = try fingerprint(
      of: merged,
      threads: threadCount,
      progress: { line.show($0, $1) }
    )
    line.finish()
    var plan = try makePlan(
      for: described,
      fingerprint: fingerprint,
      options: PlanningOptions(
        spacing: [spacing, spacing, spacing],
        patch: patch(for: fingerprint),
        features: features,
        batchSize: 2,
        epochs: roundedSteps / stepsPerEpoch,
        stepsPerEpoch: stepsPerEpoch,
        // What the model does without, its scout must do without too.
        modalityDropout: fine.optionalChannels.map { _ in 0.2 },
        optionalChannels: fine.optionalChannels ?? []
      )
    )
    // Coarse voxels need no splines, and reading the scan is what a scout's time goes into.
    plan.model.preparation.imageResampling = .init(order: 1)
    // A short training: AdamW with an average of the weights is there sooner than nnU-Net's SGD, and
    // most patches hold a structure, which are a thousandth of a scan's voxels each.
    plan.foregroundShare = 0.67
    plan.loss.isBatchDice = true
    plan.optimizer = OptimizerPlan(
      rule: .adamW,
      learningRate: 2e-3,
      weightDecay: 0.01,
      momentum: 0.9,
      largestGradientNorm: 1,
      averageDecay: 0.99
    )
    try PlannedFolder(
      at: folder,
      plan: plan,
      dataset: described,
      splits: materials.splits,
      fingerprint: fingerprint
    ).write()
  }

  private var stepsPerEpoch: Int { min(steps, 100) }
  private var roundedSteps: Int { (steps + stepsPerEpoch - 1) / stepsPerEpoch * stepsPerEpoch }

  /// As much of a scan as 32 voxels hold along each axis: at 6 mm half a head and neck, in which an
  /// organ is large enough to be learned in a few hundred steps.
  private func patch(for fingerprint: DatasetFingerprint) -> [Int] {
    (0..<3).map { axis in
      let lengths = fingerprint.cases.map { Double($0.shape[axis]) * $0.spacing[axis] }.sorted()
      let voxels = (lengths[lengths.count / 2] / spacing).rounded(.up)
      return min(32, max(16, (Int(voxels) + 7) / 8 * 8))
    }
  }

  /// Measures the scout and puts it into the model's folder.
  private func finish(
    _ materials: ScoutMaterials,
    _ draft: ScoutDraft,
    _ work: URL,
    _ place: URL,
    _ fine: ModelPlan
  ) async throws {
    let trained = TrainedFold(name: "0", folder: work.appending(path: "fold_0"))
    let hasBest = FileManager.default.fileExists(
      atPath: trained.folder.appending(path: "best.safetensors").path
    )
    let day = Date().formatted(.iso8601.year().month().day())
    let scout = try finishedModel(of: [trained], weights: hasBest ? .best : .last, day: day)
    let temporary = place.appending(path: ".scout-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: temporary) }
    try writeModel(scout, to: temporary)
    let validation = try materials.validationCases
    let line = CaseProgressLine()
    let measured = try await SegmentationService().measureScout(
      at: temporary,
      draft: draft.plan,
      for: fine,
      cases: validation.count,
      threads: threadCount,
      load: { try materials.load(validation[$0]) },
      progress: { line.show($0, $1, of: "measuring") }
    )
    line.finish()
    try measured.plan.write(to: temporary)
    let target = place.appending(path: ScoutPlan.folderName)
    if FileManager.default.fileExists(atPath: target.path) {
      try FileManager.default.removeItem(at: target)
    }
    try FileManager.default.moveItem(at: temporary, to: target)
    print(text(measured))
    print("Wrote \(target.relativePath)")
  }

  private func text(_ measured: ScoutMeasurement) -> String {
    var table = TextTable(header: ["Structure", "Region", "Seen", "Margin, mm", "Recall, %"])
    for region in measured.plan.regions {
      for structure in region.structures {
        table.rows.append([
          structure.name, region.name, structure.isAlone ? "alone" : "with its region",
          region.margin.text(digits: 0),
          structure.recall.map { (100 * $0).text(digits: 2) } ?? "-",
        ])
      }
    }
    let missed = measured.plan.regions.filter { $0.missedCases > 0 }.map {
      "\($0.name) was missed in \($0.missedCases) of \(measured.plan.validationCases) cases"
    }
    let windows = measured.windows
    let share = 100 * Double(windows.scheduled) / Double(max(1, windows.possible))
    return
      ([table.text] + missed + [
        "\(windows.scheduled) of \(windows.possible) windows would be run on these cases "
          + "(\(share.text(digits: 0)) %)"
      ]).joined(separator: "\n")
  }
}
