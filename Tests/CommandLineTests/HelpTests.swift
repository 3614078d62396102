import Foundation
import TestSupport
import Testing

@Suite(
  "Help",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct HelpTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String]) throws -> CommandLineProgram.Outcome {
    let place = folder.url.appending(path: "work")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    return try CommandLineProgram.run(arguments, in: place)
  }

  @Test("The program tells its subcommands and how shells complete them")
  func root() throws {
    let outcome = try run(["--help"])
    #expect(outcome.status == 0)
    for name in [
      "segment", "inspect", "compare", "evaluate", "observers", "plan", "preprocess", "validate",
      "finish", "models",
      "import-model", "export-onnx", "export-nnunet", "phantom",
    ] {
      #expect(outcome.output.contains(name))
    }
    #expect(outcome.output.contains("--generate-completion-script"))
    #expect(outcome.errors.isEmpty)
  }

  @Test(
    "Every subcommand's help has examples",
    arguments: [
      "segment", "inspect", "compare", "evaluate", "observers", "plan", "preprocess", "validate",
      "finish", "models",
      "import-model", "export-onnx", "export-nnunet", "phantom",
    ]
  )
  func examples(name: String) throws {
    let outcome = try run([name, "--help"])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("EXAMPLES"))
    #expect(outcome.output.contains("delineate \(name) "))
  }

  @Test("Every option of segment is there")
  func options() throws {
    let help = try run(["segment", "--help"]).output
    for option in [
      "--model", "--output", "--separate", "--overlay", "--report", "--precision",
      "--no-mirroring", "--step", "--folds", "--device", "--threads", "--window-placement",
      "--probabilities", "--series", "--no-postprocessing", "--json", "--quiet",
    ] {
      #expect(help.contains(option), "\(option)")
    }
  }

  @Test("Shells get completion scripts", arguments: ["bash", "zsh", "fish"])
  func completion(shell: String) throws {
    let outcome = try run(["--generate-completion-script", shell])
    #expect(outcome.status == 0)
    #expect(outcome.output.contains("window-placement"))
  }

  @Test("The version is a number of three parts")
  func version() throws {
    let version = try run(["--version"]).output.trimmingCharacters(in: .whitespacesAndNewlines)
    #expect(version.split(separator: ".").compactMap { Int($0) }.count == 3)
  }

  @Test(
    "Wrong usage exits with 64 and shows the usage",
    arguments: [
      ["segment"], ["segment", "a.nii.gz", "--model", "m"], ["compare", "a.nii.gz"],
      ["unknown"], ["phantom", "--output", "x", "--cases", "0"],
      ["segment", "a", "--model", "m", "--output", "o.nii.gz", "--step", "2"],
      ["segment", "a", "--model", "m", "--output", "o.nii.gz", "--precision", "fp64"],
    ]
  )
  func usage(arguments: [String]) throws {
    let outcome = try run(arguments)
    #expect(outcome.status == 64)
    #expect(outcome.errors.contains("Usage: delineate"))
    #expect(outcome.output.isEmpty)
  }
}
