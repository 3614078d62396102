public import Volumes

/// The length of contour that has to be drawn to turn a prediction into the reference, in mm.
///
/// Counted slice by slice in the axial plane, where contours are drawn: the reference's pixels with
/// one of four neighbors outside it that are not such pixels of the prediction, times the mean of
/// the two in-plane spacings. On grids that are not axial, the axial plane is spanned by the two
/// axes that lie closest to it.
/// - Returns: The whole contour where the prediction is empty; `nil` where the reference is.
/// - Throws: ``GridMismatch`` where the masks do not lie on one grid.
/// - Complexity: O(voxels of the box around both).
/// - SeeAlso: Vaassen et al., *Physics and Imaging in Radiation Oncology* 13 (2020), 1–6.
public func addedPathLength(
  reference: CroppedMask,
  prediction: CroppedMask
) throws(GridMismatch) -> Double? {
  try reference.grid.requireMatch(prediction.grid)
  return addedPathLength(
    PairBox(reference: reference, prediction: prediction),
    grid: reference.grid
  )
}

func addedPathLength(_ pair: PairBox?, grid: VoxelGrid) -> Double? {
  guard let pair, pair.reference.contains(1) else { return nil }
  let steps = [1, pair.size.x, pair.size.x * pair.size.y]
  let inPlane = (0..<3).filter { grid.patientAxes[$0].patientAxis != 2 }
  let neighbors = inPlane.map { steps[$0] }
  let drawn = borderPlaces(of: pair.prediction, size: pair.size, neighbors: neighbors)
  let wanted = borderPlaces(of: pair.reference, size: pair.size, neighbors: neighbors)
  // Both lists ascend: one walk along both counts what they share.
  var (shared, position) = (0, 0)
  for place in wanted {
    while position < drawn.count, drawn[position] < place { position += 1 }
    if position < drawn.count, drawn[position] == place { shared += 1 }
  }
  let spacing = inPlane.reduce(0) { $0 + grid.boundedSpacing[$1] } / Double(inPlane.count)
  return Double(wanted.count - shared) * spacing
}
