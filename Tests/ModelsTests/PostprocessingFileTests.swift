import Foundation
import Models
import TestSupport
import Testing

@Suite("Post-processing beside a model")
struct PostprocessingFileTests {
  private func rule(_ labels: [UInt16], isApplied: Bool = true) -> Postprocessing.Rule {
    Postprocessing.Rule(
      labels: labels,
      structures: labels.map { "Label \($0)" },
      isApplied: isApplied,
      diceBefore: 0.5,
      diceAfter: 0.6,
      reason: "it rises"
    )
  }

  @Test("Rules are written with the model, with its card, and read again")
  func roundTrip() throws {
    var model = try readModel(at: Golden.url("plain"))
    model.postprocessing = Postprocessing(
      rules: [rule([1, 2]), rule([2], isApplied: false)],
      cases: 12
    )
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "model")
    try writeModel(model, to: url, card: "# A model\n\nIt contours. And more.\n")
    #expect(try readModel(at: url) == model)
    #expect(try inspectModel(at: url).postprocessing == model.postprocessing)
    #expect(model.postprocessing?.applied == [rule([1, 2])])
    let listed = try ShippedModels(folders: [folder.url]).models()
    #expect(listed.first?.summary == "It contours.")
  }

  @Test("A rule about nothing, or about background, is neither written nor read")
  func refused() throws {
    for labels in [[], [0, 1]] as [[UInt16]] {
      var model = try readModel(at: Golden.url("plain"))
      model.postprocessing = Postprocessing(rules: [rule(labels)])
      let folder = try TemporaryFolder()
      let url = folder.url.appending(path: "model")
      #expect(throws: ModelError.self) { try writeModel(model, to: url) }
      let written = model.postprocessing
      model.postprocessing = nil
      try writeModel(model, to: url)
      try JSONEncoder().encode(written)
        .write(to: url.appending(path: Postprocessing.fileName))
      #expect(throws: ModelError.self) { try readModel(at: url) }
      try Data("{\"rules\": 1}".utf8).write(to: url.appending(path: Postprocessing.fileName))
      #expect(throws: ModelError.self) { try inspectModel(at: url) }
    }
  }

  @Test("What nnU-Net decided for just these folds is taken over from its JSON")
  func fromNNUNet() throws {
    let folder = try ModelFolder()
    try folder.write(Golden.data("plain/fold_0/checkpoint_final.pth"), fold: "1")
    let name = "remove_all_but_largest_component_from_segmentation"
    let place = folder.url.appending(path: "crossval_results_folds_0_1")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    func write(_ arguments: String, function: String) throws {
      let functions = Array(repeating: "\"\(function)\"", count: 3).joined(separator: ", ")
      try Data(
        """
        {"postprocessing_fns": [\(functions)], "postprocessing_kwargs": [\(arguments)]}
        """.utf8
      ).write(to: place.appending(path: "postprocessing.json"))
    }
    let arguments = [
      "{\"labels_or_regions\": [1, 2]}", "{\"labels_or_regions\": 2}",
      "{\"labels_or_regions\": [[1, 2]]}",
    ].joined(separator: ", ")
    try write(arguments, function: name)
    let rules = try #require(try readModel(at: folder.url).postprocessing)
    #expect(rules.applied.map(\.labels) == [[1, 2], [2], [1, 2]])
    #expect(try inspectModel(at: folder.url).postprocessing == rules)
    // Decided for the average of both folds, so not for one of them.
    #expect(try readModel(at: folder.url, folds: ["0"]).postprocessing == nil)
    try write(arguments, function: "dilate")
    #expect(throws: ModelError.self) { try readModel(at: folder.url) }
    try write("{\"labels_or_regions\": -1}, {}, {}", function: name)
    #expect(throws: ModelError.self) { try readModel(at: folder.url) }
  }
}
