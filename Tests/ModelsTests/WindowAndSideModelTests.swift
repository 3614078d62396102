import Anatomy
import Foundation
import ImageProcessing
import Models
import NeuralNetworks
import TestSupport
import Testing

@Suite("Models with windows, merged sides and scans that may be missing")
struct WindowAndSideModelTests {
  /// The golden model, its channels as windows of a CT, its labels as merged sides.
  private func model() throws -> Model {
    var model = try readModel(at: Golden.url("plain"))
    let channels = model.plan.preparation.channels.count
    model.plan.channelNames = ["CT"]
    model.plan.preparation.channels = (0..<channels).map {
      ChannelNormalization(
        scheme: .window,
        window: WindowBounds(lower: -160 - Double($0), upper: 350),
        source: 0
      )
    }
    let labels = model.plan.labels.entries
    var structures = labels.map {
      MergedSides.Structure(label: $0.label, left: $0.label, right: $0.label)
    }
    structures[0].right = 40
    model.plan.mergedSides = MergedSides(
      labels: LabelScheme(entries: labels + [.init(label: 40, name: "Other_R")]),
      structures: structures
    )
    return model
  }

  @Test("A folder of our own keeps them; without them nothing new is written")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let model = try model()
    try writeModel(model, to: folder.url.appending(path: "one"))
    #expect(try readModel(at: folder.url.appending(path: "one")).plan == model.plan)
    try writeModel(readModel(at: Golden.url("plain")), to: folder.url.appending(path: "two"))
    let text = try String(
      contentsOf: folder.url.appending(path: "two/model.json"),
      encoding: .utf8
    )
    for key in ["mergedSides", "optionalChannels", "window", "source\""] {
      #expect(!text.contains("\"\(key)"))
    }
  }

  @Test("Parts that do not fit one another are refused")
  func refused() throws {
    let folder = try TemporaryFolder()
    let good = try model().plan
    func refuses(_ change: (inout ModelPlan) -> Void) throws {
      var changed = try model()
      change(&changed.plan)
      #expect(changed.plan != good)
      #expect(throws: ModelError.self) {
        try writeModel(changed, to: folder.url.appending(path: "refused"))
      }
    }
    try refuses { $0.preparation.channels[0].window = nil }
    try refuses { $0.preparation.channels[0].window = WindowBounds(lower: 2, upper: 1) }
    try refuses { $0.preparation.channels[0].source = 3 }
    try refuses { $0.preparation.channels[0].source = -1 }
    try refuses { $0.optionalChannels = ["PET"] }
    try refuses { $0.mergedSides?.structures.removeLast() }
    try refuses { $0.mergedSides?.structures[0].right = 0 }
    try refuses { $0.mergedSides?.labels.entries.removeLast() }
  }

  @Test("nnU-Net gets a window as its CT formula, and notes of what is ours")
  func nnUNet() throws {
    let folder = try TemporaryFolder()
    let model = try model()
    let url = folder.url.appending(path: "nnunet")
    try exportNNUNet(model, to: url)
    func object(_ name: String) throws -> [String: Any] {
      let data = try Data(contentsOf: url.appending(path: name))
      return try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    }
    let plans = try object("plans.json")
    let statistics = try #require(
      plans["foreground_intensity_properties_per_channel"] as? [String: [String: Double]]
    )
    #expect(
      statistics["0"]
        == ["mean": -160, "std": 510, "percentile_00_5": -160, "percentile_99_5": 350]
    )
    let all = try #require(plans["configurations"] as? [String: [String: Any]])
    #expect(
      Set(all.values.flatMap { $0["normalization_schemes"] as? [String] ?? [] })
        == ["CTNormalization"]
    )
    let notes = try #require(try object("dataset.json")["delineate_notes"] as? [String])
    #expect(notes == model.plan.nnUNetNotes)
    #expect(notes.contains { $0.contains("midline") })
    let names = try #require(try object("dataset.json")["channel_names"] as? [String: String])
    #expect(names.count == model.plan.preparation.channels.count)
    #expect(try readModel(at: Golden.url("plain")).plan.nnUNetNotes.isEmpty)
  }
}
