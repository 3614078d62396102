internal import Anatomy
internal import ImageProcessing

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
    let channels = preparation.channels.indices.map { number in
      ("\(number)", JSONValue.string(channelNames[preparation.source(of: number)]))
    }
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
    if !nnUNetNotes.isEmpty {
      members.append(("delineate_notes", .array(nnUNetNotes.map { .string($0) })))
    }
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

  /// What nnU-Net does not do by itself for the model, in sentences for whoever runs it there; empty
  /// where it does all.
  public var nnUNetNotes: [String] {
    var notes: [String] = []
    let sources = preparation.channels.indices.map(preparation.source(of:))
    if sources != Array(channelNames.indices) {
      let files = sources.enumerated().map { number, source in
        "_" + String(repeating: "0", count: max(0, 4 - "\(number)".count)) + "\(number) is "
          + channelNames[source]
      }
      notes.append(
        "Several channels are windows of one scan: nnU-Net needs the scan's file once for each ("
          + files.joined(separator: ", ") + ")."
      )
    }
    if let sides = mergedSides {
      let names = sides.structures.filter(\.hasSides).map { name(of: $0.label) }
      notes.append(
        "Left and right are one class each (\(names.joined(separator: ", "))): nnU-Net's label maps do "
          + "not tell them apart; delineate segment does, by the patient's midline."
      )
    }
    if let optionalChannels {
      notes.append(
        "The model can do without \(optionalChannels.joined(separator: ", ")): give nnU-Net a scan "
          + "that is 0 everywhere in its place."
      )
    }
    return notes
  }
}
