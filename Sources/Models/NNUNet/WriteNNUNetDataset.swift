internal import Anatomy

// nnU-Net's `dataset.json`: channels, labels and regions.
extension ModelPlan {
  /// The channels and labels in nnU-Net's words.
  /// - Throws: ``ModelError/unsupported(what:value:expected:)`` where it has no word for them.
  func nnUNetDataset() throws(ModelError) -> JSONValue {
    let names = labels.entries.map(\.name)
    guard Set(names).count == names.count, !names.contains(where: { Self.reserved.contains($0) })
    else {
      throw .unsupported(
        what: "structure names",
        value: names.joined(separator: ", "),
        expected: "each once, and neither background nor ignore, for nnU-Net"
      )
    }
    let channels = channelNames.enumerated().map { ("\($0)", JSONValue.string($1)) }
    var members: [(String, JSONValue)] = [("channel_names", .members(channels))]
    var written: [(String, JSONValue)] = [("background", .integer(0))]
    let foreground: [UInt16]
    switch outputs {
    case .classes(let classes):
      guard classes.enumerated().allSatisfy({ $0 == Int($1) }) else {
        throw .unsupported(
          what: "labels",
          value: classes.map { "\($0)" }.joined(separator: ", "),
          expected: "0, 1, 2 and so on without a gap, for nnU-Net"
        )
      }
      foreground = Array(classes.dropFirst())
      written += foreground.map { (name(of: $0), .integer(Int($0))) }
      members.append(("labels", .members(written)))
    case .regions(let order):
      guard !order.contains(0), Set(order).count == order.count else {
        throw .unsupported(
          what: "regions",
          value: order.map { "\($0)" }.joined(separator: ", "),
          expected: "labels of their own, for nnU-Net"
        )
      }
      let regions = Self.regions(painted: order)
      foreground = Set(regions.joined()).sorted()
      written += zip(order, regions).map { label, region in
        (name(of: label), .integers(region.map { Int($0) }))
      }
      members.append(("labels", .members(written)))
      members.append(("regions_class_order", .integers(order.map { Int($0) })))
    }
    guard previousStage == nil || previousStageLabels == foreground else {
      throw .unsupported(
        what: "labels of the previous stage",
        value: previousStageLabels.map { "\($0)" }.joined(separator: ", "),
        expected: "the labels of this stage, for nnU-Net"
      )
    }
    members.append(("file_ending", .string(fileEnding)))
    return .members(members)
  }

  private static let reserved: Set<String> = ["background", "ignore"]

  /// Labels for regions that are painted one over the other: each is seen to hold all after it.
  ///
  /// nnU-Net tells regions from classes by a list of several labels, so a region that is alone gets
  /// a second one, which is never written.
  private static func regions(painted order: [UInt16]) -> [[UInt16]] {
    if let only = order.first, order.count == 1 {
      return [[only, only == .max ? only - 1 : only + 1]]
    }
    return order.indices.map { Array(order[$0...]) }
  }

  private func name(of label: UInt16) -> String {
    labels.entry(label: label)?.name ?? "Label \(label)"
  }
}
