import Anatomy
import Archives
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import TestSupport
import Testing

@Suite("Models exported to nnU-Net")
struct ExportNNUNetTests {
  /// An exported model and where it is.
  private func exported(_ model: Model) throws -> (folder: TemporaryFolder, url: URL) {
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "nnunet")
    try exportNNUNet(model, to: url)
    return (folder, url)
  }

  @Test("What is exported is imported again", arguments: ["plain", "residual"])
  func roundTrip(_ name: String) throws {
    let model = try readModel(at: Golden.url(name))
    let (folder, url) = try exported(model)
    defer { withExtendedLifetime(folder) {} }
    let again = try readModel(at: url)
    #expect(again.plan == model.plan)
    #expect(again.folds == model.folds)
    #expect(try inspectModel(at: url).format == .nnUNet)
  }

  @Test("nnU-Net's own names and arguments are kept", arguments: ["plain", "residual"])
  func plans(_ name: String) throws {
    let (folder, url) = try exported(readModel(at: Golden.url(name)))
    defer { withExtendedLifetime(folder) {} }
    let keys = ["resampling_fn_data_kwargs", "architecture", "normalization_schemes", "spacing"]
    func configuration(_ folder: URL) throws -> NSDictionary {
      let data = try Data(contentsOf: folder.appending(path: "plans.json"))
      let plans = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let all = try #require(plans["configurations"] as? [String: Any])
      let configuration = try #require(all["3d_fullres"] as? [String: Any])
      return configuration.filter { keys.contains($0.key) } as NSDictionary
    }
    #expect(try configuration(url) == configuration(Golden.url(name)))
  }

  @Test("Every name of PyTorch's network has its weight")
  func names() throws {
    let (folder, url) = try exported(readModel(at: Golden.url("residual")))
    defer { withExtendedLifetime(folder) {} }
    func pickle(_ folder: URL) throws -> Data {
      let file = folder.appending(path: "fold_0/checkpoint_final.pth")
      let archive = try ZipArchive(contentsOf: file)
      let name = try #require(archive.entries.first { $0.name.hasSuffix("data.pkl") }).name
      return try archive.contents(of: name)
    }
    func names(_ pickle: Data) -> Set<Substring> {
      let text = String(decoding: pickle.map { $0 < 0x80 ? $0 : 0x20 }, as: UTF8.self)
      return Set(text.matches(of: /(en|de)coder\.[a-z0-9_.]+?\.(weight|bias)/).map(\.output.0))
    }
    // PyTorch itself wrote the golden file.
    let expected = names(try pickle(Golden.url("residual")))
    #expect(expected.count > 60)
    #expect(names(try pickle(url)) == expected)
  }

  @Test("Numbers of an export lie at multiples of 64 bytes, as torch.load maps them")
  func alignment() throws {
    let model = try readModel(at: Golden.url("plain"))
    let (folder, url) = try exported(model)
    defer { withExtendedLifetime(folder) {} }
    let bytes = try Data(contentsOf: url.appending(path: "fold_0/checkpoint_final.pth"))
    for weight in model.folds[0].weights.values where weight.values.count > 8 {
      let range = try #require(bytes.firstRange(of: weight.values.withUnsafeBytes { Data($0) }))
      #expect(range.lowerBound.isMultiple(of: 64))
    }
  }

  @Test("Regions, cascades, other slopes, rules and folds survive")
  func variants() throws {
    var model = try readModel(at: Golden.url("plain"))
    model.plan.architecture.unet?.leakySlope = 0.2
    model.plan.architecture.unet?.normalizationEpsilon = 1e-3
    model.plan.preparation.imageResampling = ResamplingRule(
      method: .linear,
      order: 1,
      anisotropyThreshold: 2.5
    )
    model.plan.preparation.labelResampling = ResamplingRule(order: 1, forceSeparateZ: true)
    model.plan.preparation.logitResampling = ResamplingRule(method: .identity, order: 0)
    model.plan.mirroringAxes = []
    model.folds.append(ModelFold(name: "3", weights: model.folds[0].weights))
    try expectRoundTrip(model)

    model.plan.outputs = .regions([2, 1, 3])
    model.plan.labels = LabelScheme(
      entries: [(2, "Whole"), (1, "Core"), (3, "Rim")].map { .init(label: $0.0, name: $0.1) }
    )
    try expectRoundTrip(model)
  }

  @Test("A single region stays a region")
  func singleRegion() throws {
    var model = try readModel(at: Golden.url("plain"))
    model.plan.outputs = .regions([1])
    model.plan.labels = LabelScheme(entries: [.init(label: 1, name: "GTVp")])
    model.plan.architecture.unet?.outputChannels = 1
    for (name, weight) in model.folds[0].weights where name.hasPrefix("decoder.seg_layers.") {
      let count = weight.values.count / weight.shape[0]
      model.folds[0].weights[name] = WeightTensor(
        shape: [1] + weight.shape.dropFirst(),
        values: Array(weight.values.prefix(count))
      )
    }
    try expectRoundTrip(model)
  }

  private func expectRoundTrip(_ model: Model) throws {
    let (folder, url) = try exported(model)
    defer { withExtendedLifetime(folder) {} }
    let again = try readModel(at: url)
    #expect(again.plan == model.plan)
    #expect(again.folds == model.folds)
  }

  @Test("What nnU-Net cannot say is refused, and nothing is left")
  func refusals() throws {
    let model = try readModel(at: Golden.url("plain"))
    let folder = try TemporaryFolder()
    let url = folder.url.appending(path: "nnunet")
    func expectRefusal(_ change: (inout Model) throws -> Void) throws {
      var changed = model
      try change(&changed)
      #expect(throws: ModelError.self) { try exportNNUNet(changed, to: url) }
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
      #expect(left.isEmpty)
    }
    try expectRefusal { $0.folds[0].name = "best" }
    try expectRefusal { $0.folds[0].name = "00" }
    try expectRefusal { $0.folds = [] }
    try expectRefusal { $0.plan.outputs = .classes([0, 1, 3]) }
    try expectRefusal { $0.plan.outputs = .classes([0, 2, 1]) }
    try expectRefusal { $0.plan.labels.entries[1].name = "background" }
    try expectRefusal { $0.plan.labels.entries[1].name = $0.plan.labels.entries[0].name }
    try expectRefusal { $0.plan.outputs = .regions([1, 2, 2]) }
    try expectRefusal { $0.folds[0].weights["decoder.transpconvs.0.bias"] = nil }
    try expectRefusal { model in
      model.folds[0].weights["decoder.transpconvs.0.bias"] = WeightTensor(shape: [1], values: [0])
    }
    try expectRefusal { model in
      let shape = try #require(model.folds[0].weights["decoder.transpconvs.0.bias"]).shape
      model.folds[0].weights["decoder.transpconvs.0.bias"] = WeightTensor(
        shape: shape,
        values: Array(repeating: .infinity, count: shape[0])
      )
    }
    try exportNNUNet(model, to: url)
    #expect(throws: ModelError.alreadyExists("nnunet")) { try exportNNUNet(model, to: url) }
  }

  @Test("Our own models are exported too, whatever trained them")
  func ownModel() throws {
    let model = try readModel(at: Golden.url("plain"))
    var own = model
    own.plan.trainer = "Delineate"
    own.plan.fileEnding = ".nii.gz"
    let (folder, url) = try exported(own)
    defer { withExtendedLifetime(folder) {} }
    let again = try readModel(at: url)
    #expect(again.plan.trainer == "nnUNetTrainer")
    #expect(again.plan.fileEnding == ".nii.gz")
    #expect(again.folds == own.folds)
  }
}
