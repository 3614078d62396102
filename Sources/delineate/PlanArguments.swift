public import ArgumentParser
public import Datasets
import Foundation
public import NeuralNetworks
public import Training

/// How the cases are divided into training and validation.
enum SplitChoice: Hashable, ExpressibleByArgument {
  /// As the data set says.
  case official
  /// nnU-Net's five folds.
  case fiveFold
  /// As a file says.
  case file(String)

  init?(argument: String) {
    switch argument {
    case "official": self = .official
    case "5-fold": self = .fiveFold
    case let path where path.hasSuffix(".json"): self = .file(path)
    default: return nil
    }
  }
}

/// An amount of memory as a person writes it: `8GB`, `24`, `512MB`.
struct MemoryAmount: Hashable, ExpressibleByArgument {
  /// In GB.
  let gigabytes: Double

  init?(argument: String) {
    let text = argument.uppercased().filter { !$0.isWhitespace }
    let units: [(String, Double)] = [("GIB", 1), ("GB", 1), ("MB", 1e-3), ("G", 1), ("", 1)]
    for (unit, factor) in units where text.hasSuffix(unit) {
      guard let number = Double(text.dropLast(unit.count)), number > 0, number.isFinite else {
        continue
      }
      gigabytes = number * factor
      return
    }
    return nil
  }
}

/// A window of a CT as a person writes it: `soft`, `-160:350`.
struct WindowChoice: Hashable, ExpressibleByArgument {
  let window: PlannedWindow

  init?(argument: String) {
    guard let window = PlannedWindow(argument) else { return nil }
    self.window = window
  }
}

extension PlanningPreset: ExpressibleByArgument {}
extension M3NetPlan.Fusion: ExpressibleByArgument {}
extension PlanningOptions.Resolution: ExpressibleByArgument {}
extension PlanningOptions.Mirroring: ExpressibleByArgument {}
extension AbsenceMeaning: ExpressibleByArgument {}
extension TrainingDataset.Layout: ExpressibleByArgument {}

/// What decides about the data set.
struct DatasetArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The data set's layout; recognized where it is not given.",
      discussion: "HNTS-MRG is taken before radiotherapy unless hntsmrg-mid is asked for."
    )
  )
  var layout: TrainingDataset.Layout?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp("The only structures to learn, in any spelling.", valueName: "name")
  )
  var structures: [String] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The only scans to use, such as CT; of HaN-Seg CT or MR_T1.",
      valueName: "name"
    )
  )
  var channels: [String] = []

  @Flag(
    help: ArgumentHelp(
      "Scans of a case may lie on grids of their own, as HaN-Seg's MR does.",
      discussion: "They are brought onto the first one's grid by where they lie in the patient."
    )
  )
  var ownGrids = false

  @Flag(help: "HNTS-MRG mid-radiotherapy: the registered earlier scan and mask are channels too.")
  var prior = false

  @Option(
    help: ArgumentHelp(
      "What it means where a case has no voxel of a structure.",
      discussion: """
        not-contoured: the loss leaves the structure out in that case; empty: it is known not to be \
        there; by-name (the default): organs were not contoured, targets (GTV, tumor, …) are not \
        there. Where each structure has a file, a missing file always means not contoured.
        """
    )
  )
  var absentMeans: AbsenceMeaning?

  @Flag(
    help: ArgumentHelp(
      "Each left structure and its right one are one class.",
      discussion: """
        The trained model tells them apart by the patient's midline. Mirroring from side to side then \
        needs no exchange, in training and in testing.
        """
    )
  )
  var mergeSides = false

  /// The options that these arguments say.
  var options: TrainingDatasetOptions {
    TrainingDatasetOptions(
      layout: layout,
      structures: structures,
      channels: channels,
      usesPrior: prior,
      absence: absentMeans,
      channelGrids: ownGrids ? .own : .same,
      mergesSides: mergeSides
    )
  }
}

/// What decides about the plan.
struct PlanningArguments: ParsableArguments {
  @Option(help: "The network: plain, resenc-m or resenc-l, as in nnU-Net, or m3.")
  var preset = PlanningPreset.plain

  @Option(
    help: ArgumentHelp(
      "How M3-Net's CT and MR come together: input, concatenation, gates or aligned-gates.",
      discussion: "By default aligned-gates; gates without registration."
    )
  )
  var fusion: M3NetPlan.Fusion?

  @Flag(help: "M3-Net without its global and regional masks.")
  var noMasks = false

  @Option(
    help: ArgumentHelp(
      "M3-Net's MR is moved in training by a drawn deformation of up to this many voxels (0).",
      discussion: "Its registration learns from these fields. For scans that lie on each other.",
      valueName: "voxels"
    )
  )
  var knownDeformation = 0.0

  @Flag(help: "M3-Net without its registration.")
  var noRegistration = false

  @Flag(
    help: ArgumentHelp(
      "After each stage of a U-Net's encoder, attention to the masks among the channels.",
      discussion:
        "For channels whose names begin with mask, such as adapt dataset's mask_prior_GTVp."
    )
  )
  var maskAttention = false

  @Option(
    help: ArgumentHelp(
      "The memory to plan for, such as 8GB; the preset's own by default.",
      valueName: "amount"
    )
  )
  var memory: MemoryAmount?

  @Option(help: "Which resolution to train.")
  var resolution = PlanningOptions.Resolution.full

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "Target spacing in mm along the scans' slices, rows and columns (three numbers).",
      valueName: "mm"
    )
  )
  var spacing: [Double] = []

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The patch in the network's axis order (three numbers).",
      valueName: "voxels"
    )
  )
  var patch: [Int] = []

  @Option(help: "Features of the first stage; fewer make a smaller network.")
  var features = 32

  @Option(help: "Patches a step.")
  var batchSize: Int?

  @Option(help: "How many epochs to train (1000).")
  var epochs: Int?

  @Option(help: "Steps of an epoch (250).")
  var stepsPerEpoch: Int?

  @Option(
    help: ArgumentHelp(
      "Which axes are mirrored: none, sides or all.",
      discussion: """
        sides mirrors from side to side only, where every left structure has its right one: they are \
        exchanged with the image. all mirrors the three axes, as nnU-Net does.
        """
    )
  )
  var mirroring = PlanningOptions.Mirroring.sides

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "What the network sees of a CT, a channel each.",
      discussion: """
        ct is nnU-Net's normalization (the default, alone), raw the plain HU; bone (-1000:2000), soft \
        (-160:350), brain (-5:65), stroke (15:45) and LOWER:UPPER are windows in HU, mapped to 0 to 1.
        """,
      valueName: "window"
    )
  )
  var windows: [WindowChoice] = []

  @Option(
    help: ArgumentHelp(
      "How often a scan that may be missing is left out in training (0; 0.2 for m3).",
      valueName: "share"
    )
  )
  var modalityDropout: Double?

  @Option(
    parsing: .upToNextOption,
    help: ArgumentHelp(
      "The scans that may be missing; by default all but the first, for m3 all.",
      valueName: "name"
    )
  )
  var optional: [String] = []

  @Option(help: "What all chance follows from.")
  var seed: UInt64 = 0

  func validate() throws {
    for (name, count) in [("spacing", spacing.count), ("patch", patch.count)]
    where count != 0 && count != 3 {
      throw ValidationError("--\(name) takes three numbers, \(count) are given.")
    }
  }

  /// The options that these arguments say.
  var options: PlanningOptions {
    PlanningOptions(
      preset: preset,
      memory: memory?.gigabytes,
      resolution: resolution,
      spacing: spacing.isEmpty ? nil : spacing,
      patch: patch.isEmpty ? nil : patch,
      features: features,
      batchSize: batchSize,
      epochs: epochs,
      stepsPerEpoch: stepsPerEpoch,
      mirroring: mirroring,
      m3: M3Options(
        fusion: fusion,
        hasMasks: !noMasks,
        hasRegistration: !noRegistration,
        knownDeformation: knownDeformation
      ),
      hasMaskAttention: maskAttention,
      windows: windows.isEmpty ? nil : windows.map(\.window),
      modalityDropout: modalityDropout,
      optionalChannels: optional,
      seed: seed
    )
  }
}
