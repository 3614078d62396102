public import ImageProcessing
public import Volumes

/// What a prepared label map holds where the scan has nothing: nnU-Net's -1.
public let outsideClass: UInt8 = 255

/// Brings a case's label map through the same crop, transposition and resampling as its scan.
///
/// - Parameters:
///   - labels: The class of each voxel of the scan's grid, 0 for background.
///   - channels: The scan that was prepared; what is background and outside its nonzero voxels
///     becomes ``outsideClass``.
///   - plan: How the scan was prepared.
///   - restoration: What was cropped and to what size it was resampled: the prepared scan's.
///   - threads: How many threads work.
/// - Returns: A class per voxel of the prepared grid, `[D, H, W]`.
/// - Throws: ``PreparationError`` where grids differ or a class is beyond 254.
/// - SeeAlso: nnU-Net v2, `DefaultPreprocessor.run_case_npy`.
public func prepareLabels(
  _ labels: LabelMap,
  of channels: [Volume<Float>],
  plan: PreparationPlan,
  restoration: GridRestoration,
  threads: Int
) throws(PreparationError) -> [UInt8] {
  guard channels.count == plan.sourceCount, !channels.isEmpty else {
    throw .channelCount(expected: plan.sourceCount, found: channels.count)
  }
  let grid = restoration.originalGrid
  for found in channels.map(\.grid) + [labels.grid] where !grid.matches(found) {
    throw .gridMismatch(channel: nil, GridMismatch(expected: grid, found: found))
  }
  guard let largest = labels.voxels.max(), largest < UInt16(outsideClass) else {
    throw .tooLargeClass(labels.voxels.max() ?? 0, limit: outsideClass - 1)
  }
  try checkOrders(plan.labelResampling, supported: [0, 1])
  let spacing = restoration.transposeForward.map { grid.arraySpacing[$0] }
  let prepared = resampledLabels(
    croppedLabels(labels, inside: nonzeroMask(of: channels), restoration),
    size: restoration.croppedSize,
    to: restoration.preparedSize,
    rule: plan.labelResampling,
    separateAxis: plan.labelResampling.separateAxis(current: spacing, new: plan.spacing),
    threads: threads
  )
  // -1 becomes 255.
  return prepared.map { UInt8(truncatingIfNeeded: $0) }
}
