import Foundation
import TestSupport
import Testing

@Suite(
  "Models by name, and for nnU-Net",
  .enabled(if: CommandLineProgram.isBuilt, "delineate is not built (./do build)")
)
struct ModelsCommandTests {
  private let folder: TemporaryFolder
  private let work: URL

  init() throws {
    folder = try TemporaryFolder()
    work = folder.url.appending(path: "work")
    try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
  }

  private func run(_ arguments: String...) throws -> CommandLineProgram.Outcome {
    try CommandLineProgram.run(arguments, in: work)
  }

  private struct Listed: Decodable {
    struct Structure: Decodable {
      var label: Int
      var name: String
    }
    var name: String
    var path: String
    var spacing: [Double]
    var structures: [Structure]
    var bytes: Int
    var summary: String?
  }

  @Test("The shipped models are listed for people and for programs")
  func list() throws {
    let text = try run("models")
    #expect(text.status == 0)
    #expect(text.output.contains("phantom") && text.output.contains("Brainstem"))
    #expect(text.output.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let json = try run("models", "--json")
    let models = try JSONDecoder().decode([Listed].self, from: Data(json.output.utf8))
    let phantom = try #require(models.first { $0.name == "phantom" })
    #expect(phantom.spacing == [4, 4, 4])
    #expect(phantom.structures.count == 9 && phantom.structures[0].name == "Brainstem")
    #expect((500_000..<1_000_000).contains(phantom.bytes))
    #expect(phantom.summary?.isEmpty == false)
    // Its network sees left and right as one; what it writes does not.
    let both = try #require(models.first { $0.name == "hn-ctmr-30" })
    #expect(both.structures.map(\.label) == Array(1...30))
    #expect(both.structures.contains { $0.name == "Parotid_L" })
  }

  @Test("A shipped model is inspected and exported by its name")
  func byName() throws {
    #expect(try run("inspect", "phantom").output.contains("Dataset900_DrawnPhantom"))
    let exported = try run("export-nnunet", "phantom", "--output", "nnunet")
    #expect(exported.status == 0, "\(exported.errors)")
    #expect(try run("inspect", "nnunet").output.contains("nnU-Net v2"))
    let again = try run("export-nnunet", "phantom", "--output", "nnunet")
    #expect(again.status == 1 && again.errors.contains("something is here already"))
    let missing = try run("export-nnunet", "phantom", "--output", "other", "--folds", "3")
    #expect(missing.status == 1 && missing.errors.contains("Fold 3"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: work.path) == ["nnunet"])
  }

  @Test("An unknown name is answered with the names there are")
  func unknown() throws {
    for arguments in [
      ["segment", "ct.nii.gz", "--model", "hm-ct", "--output", "labels.nii.gz"],
      ["export-nnunet", "hm-ct", "--output", "nnunet"],
      ["export-onnx", "hm-ct", "--output", "network.onnx"],
    ] {
      let outcome = try CommandLineProgram.run(arguments, in: work)
      #expect(outcome.status == 1)
      #expect(outcome.errorLines.count == 1)
      #expect(outcome.errors.contains("hm-ct") && outcome.errors.contains("phantom"))
    }
  }
}
