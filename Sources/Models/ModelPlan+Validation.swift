internal import Anatomy
internal import ImageProcessing
internal import NeuralNetworks

extension ModelPlan {
  /// Checks that the parts fit one another, whatever file they came from.
  func validate() throws(ModelError) {
    do { try architecture.validate(patchSize: patchSize) } catch {
      throw .invalidPlan(error.description.sentenceEnd)
    }
    guard outputs.count == architecture.outputChannels else {
      throw .invalidPlan(
        "\(outputs.count) outputs have labels, the network has \(architecture.outputChannels)"
      )
    }
    if case .classes(let classes) = outputs,
      classes.first != 0 || Set(classes).count < classes.count
    {
      throw .invalidPlan("the first class is not background, or a label is there twice")
    }
    let written: [UInt16] =
      switch outputs {
      case .classes(let labels), .regions(let labels): labels
      }
    for entry in labels.entries where entry.label == 0 || !written.contains(entry.label) {
      throw .invalidPlan("no output writes the label \(entry.label)")
    }
    let inputs = preparation.channels.count + previousStageLabels.count
    guard !channelNames.isEmpty, inputs == architecture.inputChannels else {
      throw .invalidPlan(
        "\(inputs) input channels are named, the network has \(architecture.inputChannels)"
      )
    }
    guard (previousStage == nil) == previousStageLabels.isEmpty else {
      throw .invalidPlan("a previous stage and its labels come together")
    }
    guard mirroringAxes.allSatisfy((0..<3).contains),
      Set(mirroringAxes).count == mirroringAxes.count
    else { throw .invalidPlan("mirroring axes are \(mirroringAxes), expected axes from 0 to 2") }
    try validateSides()
    if let optional = optionalChannels {
      guard Set(optional).isSubset(of: channelNames), Set(optional).count == optional.count else {
        throw .invalidPlan("optional channels are \(optional), the model has \(channelNames)")
      }
    }
    try validatePreparation()
  }

  private func validateSides() throws(ModelError) {
    guard let sides = mergedSides else { return }
    let merged = sides.structures.map(\.label)
    guard Set(merged) == Set(labels.entries.map(\.label)), Set(merged).count == merged.count else {
      throw .invalidPlan("merged sides do not name each of the network's labels once")
    }
    let finished = sides.structures.flatMap { $0.hasSides ? [$0.left, $0.right] : [$0.left] }
    guard Set(finished) == Set(sides.labels.entries.map(\.label)),
      Set(finished).count == finished.count, !finished.contains(0)
    else {
      throw .invalidPlan("merged sides do not make each finished label once")
    }
  }

  private func validatePreparation() throws(ModelError) {
    guard preparation.transposeForward.sorted() == [0, 1, 2] else {
      throw .invalidPlan("transposeForward is \(preparation.transposeForward)")
    }
    guard preparation.spacing.count == 3,
      preparation.spacing.allSatisfy({ $0.isFinite && (1e-3...1e3).contains($0) })
    else {
      throw .invalidPlan("the spacing is \(preparation.spacing) mm, expected 0.001 to 1000 thrice")
    }
    let sources = Set(preparation.channels.indices.map(preparation.source(of:)))
    guard sources == Set(channelNames.indices) else {
      throw .invalidPlan(
        "the \(preparation.channels.count) normalizations are not of all \(channelNames.count) scans"
      )
    }
    for channel in preparation.channels where channel.scheme == .window {
      guard channel.window?.isUsable == true else {
        throw .invalidPlan("a window lacks two finite bounds, the lower one first")
      }
    }
    for channel in preparation.channels where channel.scheme == .ct {
      guard let foreground = channel.foreground,
        foreground.mean.isFinite, foreground.standardDeviation.isFinite,
        foreground.percentile005.isFinite, foreground.percentile995.isFinite,
        foreground.standardDeviation >= 0, foreground.percentile005 <= foreground.percentile995
      else { throw .invalidPlan("a CT channel lacks its foreground's statistics") }
    }
    for rule in [
      preparation.imageResampling, preparation.labelResampling, preparation.logitResampling,
    ] {
      guard [0, 1, 3].contains(rule.order), [0, 1, 3].contains(rule.orderZ),
        rule.anisotropyThreshold.isFinite
      else { throw .invalidPlan("a resampling rule's orders are not 0, 1 or 3") }
    }
  }
}

extension String {
  /// The sentence without its final dot, to go on inside another.
  fileprivate var sentenceEnd: String { hasSuffix(".") ? String(dropLast()) : self }
}
