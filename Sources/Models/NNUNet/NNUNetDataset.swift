internal import Anatomy
internal import Foundation

/// nnU-Net v2's `dataset.json`: channels, labels and regions.
///
/// - SeeAlso: nnU-Net 2.8, `label_handling.py`.
struct NNUNetDataset {
  /// The channels' names, in order.
  let channelNames: [String]
  /// What the network's output channels stand for.
  let outputs: ModelPlan.Outputs
  /// The structures of the label map.
  let labels: LabelScheme
  /// The foreground labels in ascending order: a cascade's one-hot channels.
  let foregroundLabels: [UInt16]
  /// The file ending of the training images, as in `.nii.gz`.
  let fileEnding: String

  init(_ data: Data) throws(ModelError) {
    let root = try JSONNode(parsing: data, file: "dataset.json")
    channelNames = try Self.channelNames(root)
    fileEnding = try root.optional("file_ending")?.string ?? ".nii.gz"

    let structures = try Self.structures(root)
    let all = Set(structures.flatMap(\.labels)).sorted()
    foregroundLabels = all.filter { $0 != 0 }
    if let ignored = try Self.ignoredLabel(root), Int(all.last ?? 0) + 1 != ignored {
      throw .invalidPlan(
        "dataset.json: the ignore label \(ignored) is not the highest label plus 1"
      )
    }
    if structures.contains(where: { $0.isRegion && $0.labels.count > 1 }) {
      let order = try Self.regionOrder(root)
      let regions = structures.filter { Set($0.labels) != [0] }
      guard order.count == regions.count else {
        throw .invalidPlan(
          "dataset.json: regions_class_order has \(order.count) entries for \(regions.count) regions"
        )
      }
      outputs = .regions(order)
      labels = try Self.scheme(zip(order, regions.map(\.name)))
    } else {
      outputs = .classes(all)
      let named = structures.flatMap { structure in
        structure.labels.filter { $0 != 0 }.map { ($0, structure.name) }
      }
      labels = try Self.scheme(named.sorted { $0.0 < $1.0 })
    }
  }

  /// A name of `labels` with the label values it covers.
  private struct Structure {
    var name: String
    var labels: [UInt16]
    var isRegion: Bool
  }

  private static func channelNames(_ root: JSONNode) throws(ModelError) -> [String] {
    // nnU-Net v1 and the first v2 data sets say `modality`, which then also counts.
    let older = try root.optional("modality")
    let node = if let older { older } else { try root.required("channel_names") }
    var names: [Int: String] = [:]
    for (key, name) in try node.members {
      guard let index = Int(key), index >= 0 else {
        throw node.expected("an object with the keys 0, 1, …")
      }
      names[index] = try name.string
    }
    let ordered = (0..<names.count).compactMap { names[$0] }
    guard !ordered.isEmpty, ordered.count == names.count, try node.members.count == names.count
    else { throw node.expected("an object with the keys 0, 1, …") }
    return ordered
  }

  private static func structures(_ root: JSONNode) throws(ModelError) -> [Structure] {
    let node = try root.required("labels")
    var structures: [Structure] = []
    let members = try node.members
    guard members.count <= 1024 else { throw node.expected("an object of at most 1024 names") }
    for (name, value) in members where name != "ignore" {
      var labels: [UInt16] = []
      for item in value.isList ? try value.items : [value] { labels.append(try label(item)) }
      guard !labels.isEmpty else { throw value.expected("a label or a list of labels") }
      structures.append(Structure(name: name, labels: labels, isRegion: value.isList))
    }
    guard let background = structures.first(where: { $0.name == "background" }) else {
      throw .missingJSON(file: "dataset.json", path: "labels.background")
    }
    guard !background.isRegion, background.labels == [0] else {
      throw .invalidPlan("dataset.json: labels.background is not 0")
    }
    return structures
  }

  private static func label(_ node: JSONNode) throws(ModelError) -> UInt16 {
    guard let label = UInt16(exactly: try node.integer) else {
      throw node.expected("a label from 0 to 65535")
    }
    return label
  }

  private static func ignoredLabel(_ root: JSONNode) throws(ModelError) -> Int? {
    try root.required("labels").optional("ignore")?.integer
  }

  private static func regionOrder(_ root: JSONNode) throws(ModelError) -> [UInt16] {
    let node = try root.required("regions_class_order")
    var order: [UInt16] = []
    for item in try node.items { order.append(try label(item)) }
    return order
  }

  private static func scheme(
    _ structures: some Sequence<(UInt16, String)>
  ) throws(ModelError) -> LabelScheme {
    var entries: [LabelScheme.Entry] = []
    for (label, name) in structures {
      guard label > 0 else {
        throw .invalidPlan("dataset.json: “\(name)” is written as background")
      }
      if let other = entries.first(where: { $0.label == label }) {
        throw .invalidPlan("dataset.json: “\(other.name)” and “\(name)” are both \(label)")
      }
      entries.append(LabelScheme.Entry(label: label, name: name))
    }
    return LabelScheme(entries: entries)
  }
}
