import Archives
import Foundation
import Models
import TestSupport
import Testing

@Suite("Checkpoints")
struct CheckpointTests {
  @Test(
    "Strided, shared, half and double weights equal PyTorch's",
    arguments: ["plain", "residual"]
  )
  func weights(_ name: String) throws {
    let model = try readModel(at: Golden.url(name))
    let weights = try #require(model.folds.first).weights
    let expected = try Golden.weights("\(name)_weights.json")
    for (name, weight) in weights { expect(weight, equals: try #require(expected[name]), name) }
    // Heads for deep supervision are in the file, but only the last one is kept.
    let left = Set(expected.keys).subtracting(weights.keys)
    #expect(left.allSatisfy { $0.hasPrefix("decoder.seg_layers.0.") })
    #expect(left.count == (name == "residual" ? 2 : 0))
  }

  /// The error that a checkpoint gives in a model of good plans.
  func error(_ checkpoint: Data) throws -> ModelError? {
    let folder = try ModelFolder()
    try folder.write(checkpoint, fold: "0")
    return folder.error()
  }

  @Test(
    "A name that would run code is refused by that name",
    arguments: [
      ("os", "system"), ("posix", "system"), ("builtins", "eval"), ("__builtin__", "exec"),
      ("subprocess", "Popen"), ("torch.nn.modules.conv", "Conv3d"), ("torch", "load"),
      ("collections", "OrderedDict.fromkeys"), ("numpy.core.multiarray", "fromstring"),
      ("copyreg", "_reconstructor"),
    ]
  )
  func forbidden(_ module: String, _ name: String) throws {
    let builder = CheckpointBuilder()
    let call = CheckpointBuilder.text("touch /tmp/x") + [0x85, 0x52]
    var calling = builder
    calling.extra = CheckpointBuilder.global(module, name) + call
    #expect(try error(calling.data()) == .forbiddenGlobal("\(module).\(name)"))
    // The same by protocol 4's opcode, by protocol 0's for instances, and as the whole pickle.
    calling.extra =
      CheckpointBuilder.text(module) + CheckpointBuilder.text(name) + [0x93] + call
    #expect(try error(calling.data()) == .forbiddenGlobal("\(module).\(name)"))
    calling.extra = [0x28, 0x69] + Array("\(module)\n\(name)\n".utf8)
    #expect(try error(calling.data()) == .forbiddenGlobal("\(module).\(name)"))
    let whole = CheckpointBuilder.global(module, name) + call + [0x2E]
    #expect(try error(builder.data(pickle: whole)) == .forbiddenGlobal("\(module).\(name)"))
  }

  @Test("The refusal says that nothing was run")
  func refusal() {
    let text = ModelError.forbiddenGlobal("os.system").description
    #expect(text.contains("“os.system”"))
    #expect(text.contains("nothing was run"))
  }

  @Test("An allowed name cannot be called as something else")
  func misuse() throws {
    var builder = CheckpointBuilder()
    for opcodes: [UInt8] in [
      CheckpointBuilder.text("os.system") + [0x29, 0x52],  // a call of a string
      CheckpointBuilder.global("torch", "FloatStorage") + [0x29, 0x52],
      CheckpointBuilder.global("torch._utils", "_rebuild_tensor_v2") + [0x29, 0x52],
      CheckpointBuilder.global("numpy.core.multiarray", "_reconstruct")
        + CheckpointBuilder.global("torch", "device") + [0x85, 0x52],
      CheckpointBuilder.global("_codecs", "encode") + CheckpointBuilder.text("x")
        + CheckpointBuilder.text("rot13") + [0x86, 0x52],
      CheckpointBuilder.text("os.system") + [0x51],  // a persistent id that is no storage
      CheckpointBuilder.text("a") + CheckpointBuilder.text("b") + [0x62],  // a state for a string
      CheckpointBuilder.global("numpy", "dtype") + CheckpointBuilder.text("f4") + [0x85, 0x52]
        + CheckpointBuilder.integer(3) + CheckpointBuilder.text(">") + [0x86, 0x62],
      [0x81], [0x6F], [0x82, 1], [0x50], [0x49], [0x65], [0x68, 9], [0x94, 0x30, 0x30, 0x30, 0x30],
    ] {
      builder.extra = opcodes
      guard case .malformedPickle = try error(builder.data()) else {
        Issue.record("\(opcodes) was not refused as it should be")
        continue
      }
    }
  }

  @Test("A list may hold itself, and nesting may be as deep as the file is long")
  func nesting() throws {
    var builder = CheckpointBuilder()
    builder.extra = [0x5D, 0x71, 0, 0x68, 0, 0x61]
    // Both are read; what is refused then is that there are no weights.
    let missing = ModelError.missingWeight(
      name: "encoder.stages.0.0.convs.0.conv.weight",
      fold: "0"
    )
    #expect(try error(builder.data()) == missing)
    builder.extra = [0x4E] + [UInt8](repeating: 0x85, count: 1_000_000)
    #expect(try error(builder.data()) == missing)
    builder.extra = [UInt8](repeating: 0x28, count: 20_000)
    guard case .malformedPickle = try error(builder.data()) else {
      Issue.record("20,000 marks were accepted")
      return
    }
  }

  @Test("A file that is no zip archive is an old checkpoint")
  func legacy() throws {
    let legacy = Data([0x80, 2, 0x8A, 10]) + Data(count: 100)
    #expect(try error(legacy) == .legacyCheckpoint(file: "fold_0/checkpoint_final.pth"))
    let other = ZipBuilder([.stored("a", Data())]).data
    #expect(try error(other) == .legacyCheckpoint(file: "fold_0/checkpoint_final.pth"))
  }

  @Test("A tensor outside its storage, or a storage outside its file, is refused")
  func bounds() throws {
    let good = CheckpointBuilder.Tensor(
      count: 36,
      shape: [2, 2, 1, 3, 3],
      strides: [18, 9, 9, 3, 1]
    )
    let name = "encoder.stages.0.0.convs.0.conv.weight"
    func outcome(_ size: Int, _ edit: (inout CheckpointBuilder.Tensor) -> Void) throws
      -> ModelError?
    {
      var builder = CheckpointBuilder()
      var tensor = good
      edit(&tensor)
      builder.weights = [(name, tensor)]
      builder.storages = ["0": Data(count: size)]
      return try error(builder.data())
    }
    // The good one goes through, so that the next weight is the first to be missed.
    #expect(
      try outcome(144) { _ in }
        == .missingWeight(name: "encoder.stages.0.0.convs.0.conv.bias", fold: "0")
    )
    for edit: (inout CheckpointBuilder.Tensor) -> Void in [
      { $0.offset = 1 }, { $0.offset = -1 }, { $0.offset = .max }, { $0.strides[0] = 19 },
      { $0.strides[0] = -1 }, { $0.strides[0] = .max }, { $0.count = 35 },
      { $0.count = 1 << 40 }, { $0.type = "DoubleStorage" },
    ] {
      guard case .malformedTensor(name, _) = try outcome(144, edit) else {
        Issue.record("a tensor out of bounds was not refused as such")
        continue
      }
    }
    guard case .malformedTensor = try outcome(143, { _ in }) else {
      Issue.record("a storage cut short was accepted")
      return
    }
    #expect(
      try outcome(144) { $0.key = "../data.pkl" }
        == .archive(
          .missingEntry(file: "fold_0/checkpoint_final.pth", entry: "x/data/../data.pkl")
        )
    )
    #expect(
      try outcome(144) { $0.shape = [2, 2, 1, 3, 1 << 50] }
        == .wrongShape(
          name: name,
          fold: "0",
          expected: [2, 2, 1, 3, 3],
          found: [2, 2, 1, 3, 1 << 50]
        )
    )
  }

  @Test("Big-endian checkpoints are refused")
  func byteOrder() throws {
    var builder = CheckpointBuilder()
    builder.byteOrder = "big"
    #expect(
      try error(builder.data())
        == .unsupported(what: "byte order", value: "big", expected: "little-endian")
    )
  }

  @Test("A damaged pickle is refused or read, never trapped on", .timeLimit(.minutes(1)))
  func mutatedPickles() throws {
    let folder = try ModelFolder()
    let whole = try ZipArchiveCopy(Golden.data("plain/fold_0/checkpoint_final.pth"))
    var generator = SeededGenerator(seed: 21)
    var refused = 0
    for _ in 0..<2_000 {
      let damaged = whole.replacing("data.pkl") { $0.mutated(using: &generator) }
      try folder.write(damaged, fold: "0")
      do { _ = try readModel(at: folder.url) } catch { refused += 1 }
    }
    #expect(refused > 1_000)
  }

  @Test("A damaged checkpoint is refused or read, never trapped on", .timeLimit(.minutes(1)))
  func mutatedCheckpoints() throws {
    let folder = try ModelFolder()
    let whole = try Golden.data("plain/fold_0/checkpoint_final.pth")
    var generator = SeededGenerator(seed: 22)
    var refused = 0
    for _ in 0..<2_000 {
      try folder.write(whole.mutated(using: &generator), fold: "0")
      do { _ = try readModel(at: folder.url) } catch { refused += 1 }
    }
    #expect(refused > 1_000)
  }
}
