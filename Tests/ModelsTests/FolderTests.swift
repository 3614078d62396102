import Archives
import Foundation
import Models
import TestSupport
import Testing

@Suite("Places where models are found")
struct FolderTests {
  @Test("All numbered folds are taken, fold_all only where it is alone")
  func folds() throws {
    let folder = try ModelFolder()
    let checkpoint = try Golden.data("plain/fold_0/checkpoint_final.pth")
    try folder.write(checkpoint, fold: "10")
    try folder.write(checkpoint, fold: "2")
    try folder.write(checkpoint, fold: "all")
    try folder.write(checkpoint, fold: "3", name: "checkpoint_best.pth")
    #expect(try readModel(at: folder.url).folds.map(\.name) == ["0", "2", "10"])
    #expect(try readModel(at: folder.url, folds: ["all"]).folds.map(\.name) == ["all"])
    #expect(try inspectModel(at: folder.url).folds == ["0", "2", "10", "all"])
    #expect(
      try readModel(at: folder.url, checkpoint: "checkpoint_best.pth").folds.map(\.name) == ["3"]
    )
    for fold in ["0", "2", "10"] {
      try FileManager.default.removeItem(at: folder.url.appending(path: "fold_\(fold)"))
    }
    #expect(try readModel(at: folder.url).folds.map(\.name) == ["all"])
    try FileManager.default.removeItem(at: folder.url.appending(path: "fold_all"))
    let best = try readModel(at: folder.url)
    #expect(best.provenance.sources.map(\.file) == ["fold_3/checkpoint_best.pth"])
    #expect(best.provenance.sources.map(\.sha256) == [SHA256.hexDigest(of: checkpoint)])
  }

  @Test("A missing fold is named, with those that are there")
  func missingFold() throws {
    let folder = try ModelFolder()
    let error = folder.error(folds: ["0", "4"])
    #expect(
      error == .missingFold("4", checkpoint: "checkpoint_final.pth", available: ["0"])
    )
    #expect(
      error?.description
        == "Fold 4: the model has no such fold with a checkpoint_final.pth; it has 0."
    )
    try FileManager.default.removeItem(at: folder.url.appending(path: "fold_0"))
    #expect(
      folder.error() == .missingFold(nil, checkpoint: "checkpoint_final.pth", available: [])
    )
  }

  @Test("A folder that holds one model is enough; of several the choices are listed")
  func parents() throws {
    let parent = try TemporaryFolder()
    let files = FileManager.default
    let first = parent.url.appending(path: "Dataset001_Tiny/nnUNetTrainer__nnUNetPlans__3d_fullres")
    try files.createDirectory(
      at: first.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try files.copyItem(at: Golden.url("plain"), to: first)
    #expect(try readModel(at: parent.url) == readModel(at: first))
    try files.copyItem(
      at: Golden.url("residual"),
      to: first.deletingLastPathComponent().appending(path: "other")
    )
    #expect(
      throws: ModelError.severalModels(
        file: parent.url.lastPathComponent,
        choices: [
          "Dataset001_Tiny/nnUNetTrainer__nnUNetPlans__3d_fullres", "Dataset001_Tiny/other",
        ]
      )
    ) { try readModel(at: parent.url) }
  }

  @Test("A place without a model is said to be one")
  func nothing() throws {
    let folder = try TemporaryFolder()
    for path in ["", "absent", "absent/deeper"] {
      #expect(throws: ModelError.self) { try readModel(at: folder.url.appending(path: path)) }
    }
    try Data("text".utf8).write(to: folder.url.appending(path: "file"))
    #expect(
      throws: ModelError.notAModel(file: "file", reason: "neither a folder nor a zip archive")
    ) { try readModel(at: folder.url.appending(path: "file")) }
  }

  @Test(
    "A zip export is read whether its checkpoint is stored or deflated",
    arguments: [true, false]
  )
  func export(isDeflated: Bool) throws {
    let folder = try TemporaryFolder()
    let prefix = "Dataset001_Tiny/nnUNetTrainer__nnUNetPlans__3d_fullres"
    let entries = try ["plans.json", "dataset.json", "fold_0/checkpoint_final.pth"].map { file in
      let data = try Golden.data("plain/\(file)")
      return isDeflated
        ? ZipBuilder.Entry.deflated("\(prefix)/\(file)", data) : .stored("\(prefix)/\(file)", data)
    }
    let export = folder.url.appending(path: "export.zip")
    try ZipBuilder(entries).data.write(to: export)
    let expected = try readModel(at: Golden.url("plain"))
    #expect(try readModel(at: export) == expected)
    #expect(try readModel(at: export.appending(path: prefix)) == expected)
  }

  @Test("Weights that are missing, of another shape, or of another network are named")
  func misfits() throws {
    var folder = try ModelFolder()
    try folder.editArchitecture { $0["n_conv_per_stage"] = [2, 2] }
    #expect(
      folder.error()
        == .missingWeight(name: "encoder.stages.0.0.convs.1.conv.weight", fold: "0")
    )
    folder = try ModelFolder()
    try folder.editArchitecture { $0["features_per_stage"] = [2, 5] }
    #expect(
      folder.error()
        == .wrongShape(
          name: "encoder.stages.1.0.convs.0.conv.weight",
          fold: "0",
          expected: [5, 2, 3, 3, 3],
          found: [4, 2, 3, 3, 3]
        )
    )
    folder = try ModelFolder()
    try folder.editArchitecture { $0["conv_bias"] = false }
    guard case .unknownWeight(let name, "0") = folder.error() else {
      Issue.record("biases without a place were accepted")
      return
    }
    #expect(name.hasSuffix(".bias"))
  }
}
