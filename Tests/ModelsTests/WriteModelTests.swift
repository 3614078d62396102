import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import TestSupport
import Testing

@Suite("Model folders of our own")
struct WriteModelTests {
  /// A written model and where it is.
  private func written(
    _ name: String = "plain",
    storage: WeightStorage = .float32
  ) throws -> (model: Model, folder: TemporaryFolder, url: URL) {
    var model = try readModel(at: Golden.url(name))
    model.provenance.importDate = "2026-11-22"
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "model")
    try writeModel(model, to: url, storage: storage)
    return (model, folder, url)
  }

  @Test("What is written is read again", arguments: ["plain", "residual"])
  func roundTrip(_ name: String) throws {
    let (model, folder, url) = try written(name)
    #expect(try readModel(at: url) == model)
    #expect(try readModel(at: folder.url) == model)
    let description = try inspectModel(at: url)
    #expect(description.format == .delineate)
    #expect(description.folds == ["0"])
    let count = model.folds[0].weights.values.reduce(0) { $0 + $1.values.count }
    #expect(description.parameterCount == count)
    let again = folder.url.appending(path: "again")
    try writeModel(readModel(at: url), to: again)
    for file in ["model.json", "fold_0.safetensors"] {
      #expect(
        try Data(contentsOf: again.appending(path: file))
          == Data(contentsOf: url.appending(path: file))
      )
    }
  }

  @Test("Half precision rounds each weight to its nearest 16-bit float")
  func half() throws {
    let (model, folder, url) = try written(storage: .float16)
    defer { withExtendedLifetime(folder) {} }
    let weights = try #require(try readModel(at: url).folds.first).weights
    for (name, weight) in model.folds[0].weights {
      #expect(weights[name]?.values == weight.values.map { Float(Float16($0)) })
    }
  }

  @Test("F32, F16 and BF16 weights as the safetensors package writes them are read")
  func types() throws {
    let (model, folder, url) = try written()
    defer { withExtendedLifetime(folder) {} }
    try Golden.data("plain_weights.safetensors")
      .write(to: url.appending(path: "fold_0.safetensors"))
    #expect(try readModel(at: url) == model)
  }

  @Test("Nothing is written over something")
  func existing() throws {
    let (model, folder, url) = try written()
    #expect(throws: ModelError.alreadyExists("model")) { try writeModel(model, to: url) }
    let empty = folder.url.appending(path: "empty")
    try FileManager.default.createDirectory(at: empty, withIntermediateDirectories: true)
    try writeModel(model, to: empty)
    #expect(try readModel(at: empty) == model)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.sorted() == ["empty", "model"])
  }

  @Test("Where nothing can be written, nothing is left")
  func unwritable() throws {
    let (model, folder, _) = try written()
    let file = folder.url.appending(path: "file")
    try Data().write(to: file)
    #expect(throws: ModelError.self) { try writeModel(model, to: file.appending(path: "model")) }
    #expect(throws: ModelError.self) { try writeModel(model, to: file) }
  }

  @Test("A weight that is not a number is refused on both ways")
  func notFinite() throws {
    let (model, folder, url) = try written()
    let name = "decoder.seg_layers.0.bias"
    var broken = model
    let shape = try #require(model.folds[0].weights[name]).shape
    broken.folds[0].weights[name] = WeightTensor(
      shape: shape,
      values: Array(repeating: .nan, count: shape[0])
    )
    let expected = ModelError.weightNotFinite(name: name, fold: "0")
    #expect(throws: expected) {
      try writeModel(broken, to: folder.url.appending(path: "broken"))
    }
    broken.folds[0].weights[name] = WeightTensor(
      shape: shape,
      values: Array(repeating: 70_000, count: shape[0])
    )
    #expect(throws: expected) {
      try writeModel(broken, to: folder.url.appending(path: "broken"), storage: .float16)
    }
    // NaN at the file's end, where the last weight by name lies.
    let file = url.appending(path: "fold_0.safetensors")
    var bytes = try Data(contentsOf: file)
    bytes.replaceSubrange(bytes.count - 4..<bytes.count, with: [0, 0, 0xC0, 0x7F])
    try bytes.write(to: file)
    #expect(throws: ModelError.self) { try readModel(at: url) }
  }

  @Test("A later version, a file elsewhere and a broken plan are refused")
  func brokenDocuments() throws {
    let (_, folder, url) = try written()
    defer { withExtendedLifetime(folder) {} }
    let file = url.appending(path: "model.json")
    let whole = try String(contentsOf: file, encoding: .utf8)
    for (old, new) in [
      ("\"formatVersion\" : 1", "\"formatVersion\" : 2"),
      ("\"fold_0.safetensors\"", "\"../fold_0.safetensors\""),
      ("\"name\" : \"0\"", "\"name\" : \"../0\""), ("\"mirroringAxes\"", "\"mirrorAxes\""),
      ("\"encoder\" : \"plain\"", "\"encoder\" : \"dense\""),
      ("\"inputChannels\" : 2", "\"inputChannels\" : 3"),
      ("\"leakySlope\" : 0.01", "\"leakySlope\" : 1e999"),
    ] {
      #expect(whole.contains(old))
      try Data(whole.replacing(old, with: new).utf8).write(to: file)
      #expect(throws: ModelError.self, "\(new)") { try readModel(at: url) }
    }
  }

  @Test(
    "Damaged weights or plans are refused or read, never trapped on",
    .timeLimit(.minutes(1)),
    arguments: ["model.json", "fold_0.safetensors"]
  )
  func mutations(_ name: String) throws {
    let (_, folder, url) = try written()
    defer { withExtendedLifetime(folder) {} }
    let file = url.appending(path: name)
    let whole = try Data(contentsOf: file)
    var generator = SeededGenerator(seed: 41)
    var refused = 0
    for round in 0..<2_500 {
      // Every other round damages the header alone, where the offsets are.
      var damaged = whole.mutated(using: &generator)
      if round.isMultiple(of: 2) {
        damaged = whole.prefix(600).mutated(using: &generator) + whole.dropFirst(600)
      }
      try damaged.write(to: file)
      do { _ = try readModel(at: url) } catch { refused += 1 }
    }
    #expect(refused > 1_000)
  }
}
