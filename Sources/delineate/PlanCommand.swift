import ArgumentParser
import Datasets
import Foundation
import Training

/// `delineate plan`: what a training on a data set will do.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Plan a training: fingerprint of a data set, network, patch and batch.",
    discussion: """
      Reads every case once and plans by nnU-Net v2's rules. A DATASET is a folder in nnU-Net's raw \
      layout (dataset.json, imagesTr, labelsTr), HaN-Seg's or HNTS-MRG's release, OpenKBP \
      (manifest.csv), or a JSON file that lists the cases (cases.json in a folder):

        {"name": "Clinic", "channels": ["CT"], "labels": {"Brainstem": 1, "Parotid_L": 2},
         "cases": [{"name": "p01", "channels": ["p01/ct.nii.gz"], "labels": "p01/organs.nii.gz",
                    "contoured": ["Brainstem"], "split": "train"}]}

      A case's labels may also be one mask a structure, {"Parotid_L": "p01/left.nrrd"}; contoured \
      and split (train, validation) may be left out. Structures that a case was not contoured for \
      are left out of its loss. A case without one of the scans has null in its place: M3-Net \
      (--preset m3) learns from what there is.

      Writes plan.json, dataset.json, splits.json and fingerprint.json into the folder --output; \
      plan.json and splits.json are there to be read and changed. delineate preprocess and \
      delineate train work on that folder.

      EXAMPLES
        delineate plan openkbp --output work --explain
        delineate plan HaN-Seg --output work --preset resenc-l --memory 24GB
        delineate plan Dataset501_Clinic --output work --split 5-fold --absent-means empty
        delineate plan cases.json --output small --patch 64 96 96 --features 16 \\
          --batch-size 2 --epochs 50 --steps-per-epoch 100
        delineate plan cases.json --output m3 --channels CT MR_T1 --preset m3 --features 8
        delineate plan cases.json --output ablation --preset m3 --no-masks --fusion gates
        delineate plan masks --output work --preset resenc-m --mask-attention
      """
  )

  @Argument(help: "The data set: a folder, or a JSON file that lists cases.", completion: .file())
  var dataset: String

  @Option(help: "The folder to write into.", completion: .directory)
  var output: String

  @OptionGroup(title: "The data set") var cases: DatasetArguments

  @Option(
    help: ArgumentHelp(
      "How cases are divided: official, 5-fold, or a JSON file of folds.",
      discussion:
        "By default the data set's own division where it has one, else nnU-Net's 5 folds.",
      valueName: "split"
    )
  )
  var split: SplitChoice?

  @OptionGroup(title: "The plan") var planning: PlanningArguments

  @Option(help: "How many cases are read at once (all cores by default).")
  var threads: Int?

  @Flag(help: "Print each value of the plan with its reason.")
  var explain = false

  @Flag(help: "Print JSON instead of tables.")
  var json = false

  func validate() throws {
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads must be from 1 to 1024.")
    }
  }

  func run() throws {
    let found = try TrainingDataset(at: URL(filePath: dataset), options: cases.options)
    let splits = try splits(of: found)
    let line = CaseProgressLine()
    let (fingerprint, described) = try fingerprint(
      of: found,
      threads: threads ?? ProcessInfo.processInfo.activeProcessorCount,
      progress: { line.show($0, $1) }
    )
    line.finish()
    let plan = try makePlan(for: described, fingerprint: fingerprint, options: planning.options)
    let folder = PlannedFolder(
      at: URL(filePath: output),
      plan: plan,
      dataset: described,
      splits: splits,
      fingerprint: fingerprint
    )
    try folder.write()
    let text = PlanText(folder, path: output)
    print(try json ? text.json() : text.text(explaining: explain))
  }

  /// The folds asked for, checked against the cases.
  private func splits(of dataset: TrainingDataset) throws -> CrossValidationSplits {
    let names = dataset.cases.map(\.name)
    let splits: CrossValidationSplits
    switch split ?? (dataset.ownSplits == nil ? .fiveFold : .official) {
    case .official:
      guard let own = dataset.ownSplits else {
        throw SplitsError.noOwnSplits(dataset: dataset.name)
      }
      splits = own
    case .fiveFold: splits = try CrossValidationSplits(crossValidating: names)
    case .file(let path): splits = try CrossValidationSplits(contentsOf: URL(filePath: path))
    }
    try splits.validate(cases: names)
    return splits
  }
}
