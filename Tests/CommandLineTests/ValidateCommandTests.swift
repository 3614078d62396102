import Foundation
import TestSupport
import Testing
import VolumeFiles
import Volumes

@Suite(
  "Validation from the command line",
  .serialized,
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct ValidateCommandTests {
  private let folder: TemporaryFolder
  private var place: URL { folder.url }

  /// Three drawn patients, two folds of a tiny network that held out the same one.
  init() throws {
    folder = try TemporaryFolder()
    let fold = #"{"train": ["phantom_0001", "phantom_0002"], "val": ["phantom_0003"]}"#
    try Data("[\(fold), \(fold)]".utf8).write(to: place.appending(path: "splits.json"))
    for arguments in [
      ["phantom", "--output", "set", "--cases", "3", "--seed", "1"],
      [
        "plan", "set", "--output", "work", "--split", "splits.json", "--features", "4", "--patch",
        "16", "32", "32", "--batch-size", "2", "--epochs", "1", "--steps-per-epoch", "6",
      ],
      ["preprocess", "work", "--quiet"], ["train", "work", "--fold", "all", "--quiet"],
    ] {
      let outcome = try CommandLineProgram.run(arguments, in: place)
      #expect(outcome.status == 0, "\(arguments[0]): \(outcome.errors)")
    }
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: place)
  }

  private func data(_ path: String) throws -> Data {
    try Data(contentsOf: place.appending(path: path))
  }

  private struct Decision: Decodable {
    struct Candidate: Decodable {
      var name: String
      var cases: Int
    }
    var weights: String
    var weightCandidates: [Candidate]
    var ensemble: [String]
    var ensembleCandidates: [Candidate]
  }

  @Test("Validated folds are compared, decided for, finished, and segment as they were validated")
  func wholeWay() throws {
    let validated = try run("validate", "work", "--no-mirroring", "--step", "1")
    #expect(validated.status == 0, "\(validated.errors)")
    for words in ["Brainstem", "Weights:", "Folds:", "Post-processing:", "Next: delineate finish"] {
      #expect(validated.output.contains(words), "\(words)")
    }
    for file in ["scores.csv", "scores.txt", "evaluation.json", "report.html", "decision.json"] {
      #expect(try !data("work/validation/\(file)").isEmpty)
    }
    let decision = try JSONDecoder().decode(
      Decision.self,
      from: data("work/validation/decision.json")
    )
    #expect(decision.weightCandidates.map(\.name) == ["best", "last"])
    // Both folds predicted the one case that they held out, and their average did.
    #expect(decision.weightCandidates.allSatisfy { $0.cases == 2 })
    #expect(decision.ensembleCandidates.map(\.name) == ["fold 0", "fold 1", "average"])

    let finished = try run("finish", "work", "--output", "model")
    #expect(finished.status == 0, "\(finished.errors)")
    #expect(finished.output.contains("Next: delineate segment"))
    let card = String(decoding: try data("model/README.md"), as: UTF8.self)
    #expect(card.contains("## Validation") && card.contains("not a medical device"))
    #expect(try !data("model/postprocessing.json").isEmpty)
    #expect(try run("inspect", "model").output.contains("Post-processing"))
    let segmented = try run(
      "segment",
      "set/imagesTr/phantom_0003_0000.nii.gz",
      "--model",
      "model",
      "--output",
      "labels.nii.gz",
      "--step",
      "1",
      "--no-mirroring",
      "--quiet"
    )
    #expect(segmented.status == 0, "\(segmented.errors)")
    let expected = try readLabelMap(
      at: place.appending(path: "work/validation/predicted/phantom_0003.nii.gz")
    )
    let found = try readLabelMap(at: place.appending(path: "labels.nii.gz"))
    #expect(found.labelMap.voxels == expected.labelMap.voxels)
    let checked = try run("validate", "work", "--model", "model", "--no-mirroring", "--step", "1")
    #expect(checked.status == 0, "\(checked.errors)")
    #expect(checked.output.contains("\n0 of "), "\(checked.output)")
    #expect(checked.output.contains("differ from what was validated, in 0 of 1 cases"))
  }

  @Test("What is there and whole is kept; what is damaged, or of other weights, is made again")
  func resumes() throws {
    let arguments = [
      "validate", "work", "--fold", "0", "--weights", "last", "--no-mirroring", "--step", "1",
      "--quiet",
    ]
    func validate() throws {
      let outcome = try CommandLineProgram.run(arguments, in: place)
      #expect(outcome.status == 0, "\(outcome.errors)")
    }
    try validate()
    let path = "work/fold_0/validation/last/phantom_0003.nii.gz"
    let first = try data(path)
    func made() throws -> Date {
      let file = place.appending(path: path).path
      let attributes = try FileManager.default.attributesOfItem(atPath: file)
      return try #require(attributes[.modificationDate] as? Date)
    }
    let before = try made()
    try validate()
    #expect(try made() == before)
    try Data(first.dropLast(10)).write(to: place.appending(path: path))
    try validate()
    #expect(try data(path) == first)

    // Other weights under the decision's name: nothing is finished by it.
    let file = place.appending(path: "work/fold_0/checkpoint.safetensors")
    try FileManager.default.removeItem(at: file)
    try FileManager.default.copyItem(
      at: place.appending(path: "work/fold_1/checkpoint.safetensors"),
      to: file
    )
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count - 3] ^= 1
    try bytes.write(to: file)
    let refused = try run("finish", "work", "--output", "model")
    #expect(refused.status == 1)
    #expect(refused.errors.contains("validate it again"), "\(refused.errors)")
  }

  @Test("What cannot be validated is said in one sentence")
  func refusals() throws {
    let cases: [([String], String)] = [
      (["validate", "nowhere"], "nowhere: no such file or folder"),
      (["validate", "set"], "plan.json"),
      (["validate", "work", "--fold", "7"], "7"),
      (["validate", "work", "--weights", "average"], "average"),
      (["validate", "work", "--model", "phantom"], "nothing was validated"),
    ]
    for (arguments, words) in cases {
      let outcome = try CommandLineProgram.run(arguments, in: place)
      #expect(outcome.status == 1)
      #expect(outcome.errors.contains(words), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    }
    #expect(try run("validate", "work", "--fold", "first").status == 64)
  }
}
