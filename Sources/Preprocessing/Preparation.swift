import Foundation
public import ImageProcessing
public import Volumes

/// Prepares a scan for a network exactly as nnU-Net v2's `DefaultPreprocessor` does: transpose, crop
/// to what is not zero, normalize, resample; a previous stage's labels follow as 0/1 channels.
///
/// The channels' voxels are read in place; beside the result only small buffers are needed.
///
/// - Parameters:
///   - channels: The case's scans in the model's order, all on one grid; what is made of a missing one
///     (`nil`) is 0 everywhere, as where training leaves it out.
///   - plan: How.
///   - previousLabels: For a cascade, the previous stage's answer on the scan's grid.
///   - previousStageLabels: The labels that get a channel each, in the network's order.
///   - threads: How many threads work.
/// - Returns: The prepared scan, with the way back.
/// - Throws: ``PreparationError``.
public func prepare(
  _ channels: [Volume<Float>?],
  plan: PreparationPlan,
  previousLabels: LabelMap? = nil,
  previousStageLabels: [UInt16] = [],
  threads: Int
) throws(PreparationError) -> PreparedCase {
  let grid = try commonGrid(of: channels, plan: plan, previousLabels: previousLabels)
  guard previousLabels != nil || previousStageLabels.isEmpty else { throw .missingPreviousLabels }
  let present = channels.compactMap { $0 }
  let channelCount = plan.channels.count + previousStageLabels.count
  let restoration = try gridRestoration(
    of: channels,
    on: grid,
    plan: plan,
    channelCount: channelCount,
    threads: threads
  )
  let (size, croppedSize) = (restoration.preparedSize, restoration.croppedSize)
  let spacing = plan.transposeForward.map { grid.arraySpacing[$0] }

  let usesMask = plan.channels.contains { $0.scheme == .zScore && $0.usesNonzeroMask }
  let inside = usesMask || previousLabels != nil ? nonzeroMask(of: present) : nil
  let normalizationMask = usesMask ? inside.map { union($0, previousLabels) } : nil
  let count = size.reduce(1, *)
  var voxels = [Float](repeating: 0, count: channelCount * count)
  for (number, normalization) in plan.channels.enumerated() {
    guard let volume = channels[plan.source(of: number)] else { continue }
    let mask =
      normalization.scheme == .zScore && normalization.usesNonzeroMask ? normalizationMask : nil
    try withView(of: volume, mask: mask, restoration) { view throws(PreparationError) in
      let transform = try normalization.transform(of: view, channel: number, threads: threads)
      voxels.withUnsafeMutableBufferPointer { buffer in
        guard let target = buffer.baseAddress else { return }
        resample(
          view.applying(transform),
          to: size,
          rule: plan.imageResampling,
          separateAxis: plan.imageResampling.separateAxis(current: spacing, new: plan.spacing),
          into: target + number * count,
          threads: threads
        )
      }
    }
  }
  if let previousLabels, let inside {
    let labels = resampledLabels(
      croppedLabels(previousLabels, inside: inside, restoration),
      size: croppedSize,
      to: size,
      rule: plan.labelResampling,
      separateAxis: plan.labelResampling.separateAxis(current: spacing, new: plan.spacing),
      threads: threads
    )
    for (position, label) in previousStageLabels.enumerated() {
      let offset = (plan.channels.count + position) * count
      for index in labels.indices where labels[index] == Int32(label) { voxels[offset + index] = 1 }
    }
  }
  return PreparedCase(
    channelCount: channelCount,
    size: size,
    voxels: voxels,
    restoration: restoration
  )
}

/// Where a scan will lie once it is prepared, and the way back; nothing is resampled for it.
///
/// - Parameters:
///   - channels: The case's scans in the model's order, all on one grid; `nil` of a missing one.
///   - plan: How.
///   - threads: How many threads work.
/// - Returns: The way back that ``prepare(_:plan:previousLabels:previousStageLabels:threads:)`` gives.
/// - Throws: ``PreparationError``.
public func gridRestoration(
  of channels: [Volume<Float>?],
  plan: PreparationPlan,
  threads: Int
) throws(PreparationError) -> GridRestoration {
  try gridRestoration(
    of: channels,
    on: commonGrid(of: channels, plan: plan, previousLabels: nil),
    plan: plan,
    channelCount: plan.channels.count,
    threads: threads
  )
}

private func gridRestoration(
  of channels: [Volume<Float>?],
  on grid: VoxelGrid,
  plan: PreparationPlan,
  channelCount: Int,
  threads: Int
) throws(PreparationError) -> GridRestoration {
  let axes = plan.transposeForward
  let voxelBox = try nonzeroBox(of: channels, threads: threads)
  let box = axes.map { [voxelBox.k, voxelBox.j, voxelBox.i][$0] }
  let spacing = axes.map { grid.arraySpacing[$0] }
  let size = try preparedSize(
    box.map(\.count),
    from: spacing,
    plan: plan,
    channelCount: channelCount
  )
  return GridRestoration(
    originalGrid: grid,
    transposeForward: axes,
    box: box,
    preparedSize: size,
    separateAxis: plan.logitResampling.separateAxis(current: plan.spacing, new: spacing),
    logitResampling: plan.logitResampling
  )
}

/// The grid of all inputs, after the plan and the inputs were checked against each other.
private func commonGrid(
  of channels: [Volume<Float>?],
  plan: PreparationPlan,
  previousLabels: LabelMap?
) throws(PreparationError) -> VoxelGrid {
  guard plan.transposeForward.sorted() == [0, 1, 2], plan.spacing.count == 3,
    plan.spacing.allSatisfy({ $0 > 0 && $0.isFinite })
  else { throw .unusablePlan(transposeForward: plan.transposeForward, spacing: plan.spacing) }
  try checkOrders(plan.imageResampling, supported: [0, 1, 3])
  if previousLabels != nil { try checkOrders(plan.labelResampling, supported: [0, 1]) }
  guard let grid = channels.lazy.compactMap({ $0 }).first?.grid,
    channels.count == plan.sourceCount, !plan.channels.contains(where: { ($0.source ?? 0) < 0 })
  else {
    throw .channelCount(expected: plan.sourceCount, found: channels.compactMap { $0 }.count)
  }
  for (number, channel) in channels.enumerated() {
    guard let channel, !grid.matches(channel.grid) else { continue }
    throw .gridMismatch(channel: number, GridMismatch(expected: grid, found: channel.grid))
  }
  if let found = previousLabels?.grid, !grid.matches(found) {
    throw .gridMismatch(channel: nil, GridMismatch(expected: grid, found: found))
  }
  return grid
}

func checkOrders(
  _ rule: ResamplingRule,
  supported: [Int]
) throws(PreparationError) {
  guard rule.method == .spline else { return }
  for order in [rule.order, rule.orderZ] where !supported.contains(order) {
    throw .unsupportedOrder(order, supported: supported)
  }
}

/// The smallest box around the voxels that are not zero in some channel.
private func nonzeroBox(
  of channels: [Volume<Float>?],
  threads: Int
) throws(PreparationError) -> VoxelBox {
  var box: VoxelBox?
  for (number, channel) in channels.enumerated() {
    guard let channel else { continue }
    let census = IntensityCensus(of: channel, threads: threads)
    guard census.nonfiniteCount == 0 else {
      throw .notFinite(channel: number, count: census.nonfiniteCount)
    }
    if let own = census.nonzeroBox { box = box.map { $0.union(own) } ?? own }
  }
  guard let box else { throw .empty }
  return box
}

/// No scan has more voxels along an axis than this.
private let largestAxis = 65536

/// The size on the plan's spacing (nnU-Net's `compute_new_shape`: halves round to even), where the
/// result fits in half of the machine's memory.
private func preparedSize(
  _ size: [Int],
  from spacing: [Double],
  plan: PreparationPlan,
  channelCount: Int
) throws(PreparationError) -> [Int] {
  guard plan.imageResampling.method != .identity else { return size }
  let exact = (0..<3).map { axis in
    (spacing[axis] / plan.spacing[axis] * Double(size[axis])).rounded(.toNearestOrEven)
  }
  let limit = Int(clamping: ProcessInfo.processInfo.physicalMemory / 2)
  let bytes =
    exact.reduce(Double(channelCount), *) * Double(MemoryLayout<Float>.stride)
  guard exact.allSatisfy({ $0 >= 1 && $0 <= Double(largestAxis) }), bytes <= Double(limit) else {
    throw .unusableSize(prepared: exact, bytes: bytes, limit: limit)
  }
  return exact.map { Int($0) }
}

/// Calls `body` with a channel as the network sees it: cropped, its axes reordered.
private func withView(
  of volume: Volume<Float>,
  mask: Mask?,
  _ restoration: GridRestoration,
  _ body: (ArrayView) throws(PreparationError) -> Void
) throws(PreparationError) {
  try volume.withUnsafeVoxels { voxels throws(PreparationError) in
    guard let base = voxels.baseAddress else { return }
    func view(_ inside: UnsafePointer<Bool>?) -> ArrayView {
      ArrayView(
        base: base + restoration.originalOffset,
        mask: inside.map { $0 + restoration.originalOffset },
        size: restoration.croppedSize,
        strides: restoration.originalStrides
      )
    }
    guard let mask else { return try body(view(nil)) }
    try mask.withUnsafeVoxels { inside throws(PreparationError) in
      try body(view(inside.baseAddress))
    }
  }
}

/// The voxels inside a mask or with any label: where nnU-Net's label map is not -1.
private func union(_ inside: Mask, _ labels: LabelMap?) -> Mask {
  guard let labels else { return inside }
  var result = inside
  result.withUnsafeMutableVoxels { result in
    labels.withUnsafeVoxels { labels in
      for index in result.indices where labels[index] != 0 { result[index] = true }
    }
  }
  return result
}

/// A label map as nnU-Net resamples it: cropped, axes reordered, and -1 for the
/// background outside the scan's nonzero voxels.
func croppedLabels(
  _ labels: LabelMap,
  inside: Mask,
  _ restoration: GridRestoration
) -> [Int32] {
  let size = restoration.croppedSize
  let strides = restoration.originalStrides
  let offset = restoration.originalOffset
  var result: [Int32] = []
  result.reserveCapacity(size.reduce(1, *))
  labels.withUnsafeVoxels { labels in
    inside.withUnsafeVoxels { inside in
      for d in 0..<size[0] {
        for h in 0..<size[1] {
          let row = offset + d * strides[0] + h * strides[1]
          for w in 0..<size[2] {
            let label = labels[row + w * strides[2]]
            result.append(label == 0 && !inside[row + w * strides[2]] ? -1 : Int32(label))
          }
        }
      }
    }
  }
  return result
}
